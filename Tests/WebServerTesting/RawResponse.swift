package import JSON

/// A response as it came over the wire.
package struct RawResponse {
    package let statusLine: String
    private let headers: [(name: String, value: String)]
    package var body: [UInt8] = []

    package init(head: String) {
        let lines = head.split(separator: "\r\n")
        statusLine = lines.first.map { String($0) } ?? ""
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
    }

    /// 0 when there is no status line.
    package var status: Int {
        let words = statusLine.split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    package subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    package var json: JSONValue? {
        do { return try JSONValue.parse(body) } catch { return nil }
    }

    /// `error.code` of the body.
    package var errorCode: String? { json?["error"]?["code"]?.stringValue }
}
