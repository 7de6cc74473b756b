import API
import JSON

extension ClientError {
    /// The error that an answer of `status` with `body` stands for. `request` names what was asked, such as
    /// `GET /api/v1/health`.
    static func refusal(status: Int, body: [UInt8], retryAfter: String?, request: String) -> ClientError {
        let wait = retryAfter.flatMap { Int64($0) }.map { Duration.seconds(max(0, $0)) }
        do {
            let reason = try ErrorInfo(try JSONValue.parse(body), strictly: false).error
            return ClientError(
                .refused(status: status, code: reason.code), reason.message, details: reason.details, retryAfter: wait)
        } catch {
            return ClientError(
                .refused(status: status, code: "unknown"),
                "\(request) was answered with status \(status), but not by a PIVOT server. Check the address.",
                retryAfter: wait)
        }
    }
}
