package import JSON
package import Tracking

extension Timestamp: FieldValue {
    package static var shape: Shape { .time }

    package func write(to writer: inout JSONWriter) { writer.string(description) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let text = try String(json, strictly: strictly)
        guard let time = Timestamp(text) else {
            throw FieldError("", "must be a time such as 2026-01-31T12:00:00Z, not '\(text.prefix(80))'")
        }
        self = time
    }
}

extension Digest: FieldValue {
    package static var shape: Shape { .text }

    package func write(to writer: inout JSONWriter) { writer.string(description) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let text = try String(json, strictly: strictly)
        guard let digest = Digest(text) else {
            throw FieldError("", "must be sha256: and 64 lower-case hexadecimal digits, not '\(text.prefix(80))'")
        }
        self = digest
    }
}

extension Session.Status: FieldValue {}
extension RedactionKind: FieldValue {}
extension SessionNameKind: FieldValue {}
