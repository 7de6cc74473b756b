/// The bytes of one request.
struct HTTPRequest {
    var bytes: [UInt8]
    /// The index at which the body starts.
    let bodyStart: Int

    /// A request to a server on this machine; `token` is a lease's.
    init(
        _ method: String, _ path: String, contentType: String? = nil, token: String? = nil, headers: [String] = [],
        contentLength: Int? = nil, body: [UInt8] = []
    ) {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        if let token { head += "Authorization: Lease \(token)\r\n" }
        for header in headers { head += header + "\r\n" }
        if method != "GET" { head += "Content-Length: \(contentLength ?? body.count)\r\n" }
        bytes = Array((head + "\r\n").utf8)
        bodyStart = bytes.count
        bytes += body
    }
}
