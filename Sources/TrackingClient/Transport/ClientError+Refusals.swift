import JSON

extension ClientError {
    /// The error that an answer of `status` with `body` stands for. `request` names what was asked, such as
    /// `GET /api/v1/health`.
    static func refusal(status: Int, body: [UInt8], retryAfter: String?, request: String) -> ClientError {
        let wait = retryAfter.flatMap { Int64($0) }.map { Duration.seconds(max(0, $0)) }
        let document: JSONValue?
        do throws(JSONError) {
            document = try JSONValue.parse(body)["error"]
        } catch {
            document = nil
        }
        guard let document, let code = document["code"]?.stringValue, let message = document["message"]?.stringValue
        else {
            return ClientError(
                .refused(status: status, code: "unknown"),
                "\(request) was answered with status \(status), but not by a PIVOT server. Check the address.",
                retryAfter: wait)
        }
        return ClientError(
            .refused(status: status, code: code), message, details: document["details"]?.objectValue ?? JSONObject(),
            retryAfter: wait)
    }
}
