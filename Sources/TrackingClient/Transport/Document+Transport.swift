import API
import JSON

extension Document {
    /// The document that `bytes` are, without fields that are not known here. `name` is what messages call them, such as
    /// `A frame of the feed`. Throws `unexpectedAnswer`.
    init(parsing bytes: [UInt8], named name: String) throws(ClientError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue.parse(bytes)
        } catch {
            throw ClientError(
                .unexpectedAnswer, "\(name) is not JSON: \(error). Check that the address is a PIVOT server's.")
        }
        do throws(FieldError) {
            try self.init(json, strictly: false)
        } catch {
            throw ClientError(
                .unexpectedAnswer, "\(name) cannot be read: \(error) Is the server a different version?")
        }
    }

    /// The fields as parameters of a query: lists separated by commas, objects as JSON.
    var query: [(String, String?)] {
        func text(_ value: JSONValue) -> String {
            value.stringValue ?? value.arrayValue?.map(text).joined(separator: ",")
                ?? String(decoding: value.encoded(), as: UTF8.self)
        }
        return (json.objectValue ?? [:]).map { name, value in (name, text(value)) }
    }
}
