/// An error that knows which answer it becomes.
///
/// Refusals and failures of other targets conform here, beside the routes, so that one place maps errors to HTTP.
package protocol HTTPErrorConvertible: Error {
    /// The answer for a client; nil when the reason is the server's own affair and goes into its log, because it tells of its
    /// disk and folders. The answer is then 500 and names the request.
    var apiError: APIError? { get }
}

extension APIError: HTTPErrorConvertible {
    package var apiError: APIError? { self }
}
