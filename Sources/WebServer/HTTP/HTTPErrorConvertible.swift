/// An error that knows which answer it becomes.
///
/// Refusals and failures of other targets conform here, beside the routes, so that one place maps errors to HTTP.
package protocol HTTPErrorConvertible: Error {
    /// The answer for a client.
    var apiError: APIError { get }
}

extension APIError: HTTPErrorConvertible {
    package var apiError: APIError { self }
}
