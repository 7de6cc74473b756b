/// The bytes around a file in `multipart/form-data` (RFC 7578).
package struct MultipartForm: Sendable {
    package let boundary: String
    /// Text parts, sent before the file.
    package var fields: [(name: String, value: String)]
    package var fileName: String

    package init(boundary: String, fields: [(name: String, value: String)], fileName: String) {
        self.boundary = boundary
        self.fields = fields
        self.fileName = fileName
    }

    package var contentType: String { "multipart/form-data; boundary=" + boundary }

    /// What stands before the file's bytes.
    package var prefix: [UInt8] {
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
        text += "filename=\"\(MultipartForm.escaped(fileName))\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        return Array(text.utf8)
    }

    /// What stands after the file's bytes.
    package var suffix: [UInt8] { Array("\r\n--\(boundary)--\r\n".utf8) }

    /// A file's name as the WHATWG HTML form encoding writes it: line ends and quotes percent-encoded.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "%22"
            case "\r": text += "%0D"
            case "\n": text += "%0A"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
