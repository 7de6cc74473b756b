package import JSON
import Text

/// A JSON object of the API: what a request brings or what it is answered with.
///
/// Its table of fields is the only description there is: it writes the document on the server, reads it in the client (and
/// the other way round for requests), and is compared with the schema of the same name in `schemas/rest/openapi.yaml`.
package protocol Document: FieldValue {
    /// The name of its schema.
    static var name: String { get }
    /// Its fields, in the order in which they are written.
    static var fields: [Field<Self>] { get }
    /// A document with nothing read yet.
    init()
}

extension Document {
    package static var shape: Shape { .document(name, DocumentType(Self.self)) }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        let fields = Self.fields
        withUnsafePointer(to: self) { place in
            for index in fields.indices { fields[index].write(place, to: &writer) }
        }
        writer.endObject()
    }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let object = try JSONObject(json, strictly: strictly)
        self.init()
        let fields = Self.fields
        for field in fields { try field.read(object[field.name], into: &self, strictly: strictly) }
        guard strictly else { return }
        let names = fields.map(\.name)
        for (key, _) in object where !names.contains(key) {
            throw FieldError(key, "is unknown. " + Spelling.unknown("field", key, among: names).dropLast())
        }
    }

    /// The document as JSON text.
    package func encoded(nonfinite: NonfiniteStyle = .string) -> [UInt8] {
        var writer = JSONWriter(nonfinite: nonfinite, reservingCapacity: 1024)
        write(to: &writer)
        return writer.bytes
    }

    /// The document as JSON text, cut before the closing bracket of each of `lists`: fields that hold an empty list or object,
    /// in their order. What is put between two pieces becomes part of the list.
    package func encoded(cutIn lists: [String], nonfinite: NonfiniteStyle = .string) -> [[UInt8]] {
        var writer = JSONWriter(nonfinite: nonfinite)
        var cuts = [0]
        writer.beginObject()
        let fields = Self.fields
        withUnsafePointer(to: self) { place in
            for index in fields.indices {
                fields[index].write(place, to: &writer)
                if lists.contains(fields[index].name) { cuts.append(writer.bytes.count - 1) }
            }
        }
        writer.endObject()
        let bytes = writer.bytes
        return zip(cuts, cuts.dropFirst() + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    /// The document as a value.
    package var json: JSONValue {
        do throws(JSONError) {
            return try JSONValue.parse(encoded())
        } catch {
            preconditionFailure("what a document writes is JSON: \(error)")
        }
    }
}
