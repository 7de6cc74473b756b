import JSON

/// The place of a field's value in its document.
package typealias FieldPath<Root, Value> = any WritableKeyPath<Root, Value> & Sendable

/// One field of a document: its name, and how it is written and read.
package struct Field<Root>: Sendable {
    package let name: String
    package let shape: Shape
    package let limits: Limits
    /// True when every document has it.
    package let isRequired: Bool
    /// Where the document lies, so that a field is read without a copy of all others.
    typealias Place = UnsafePointer<Root>

    private let writeValue: @Sendable (Place, inout JSONWriter) -> Void
    private let readValue: @Sendable (inout Root, JSONValue?, Bool) throws(FieldError) -> Void

    /// Writes the field, unless it is one that is left out.
    @inline(__always)
    func write(_ root: Place, to writer: inout JSONWriter) { writeValue(root, &writer) }

    /// True when null is one of its values, and not the same as its absence.
    private let takesNull: Bool

    /// Reads the field's value, nil or null when it is absent, into `root`.
    func read(_ json: JSONValue?, into root: inout Root, strictly: Bool) throws(FieldError) {
        do throws(FieldError) {
            try readValue(&root, json?.isNull == true && !takesNull ? nil : json, strictly)
        } catch {
            throw error.inside(name)
        }
    }

    /// A field that every document has.
    package init<Value: FieldValue>(
        _ name: String, _ path: FieldPath<Root, Value>, _ bounds: Bounds<Value> = .none
    ) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(name, bounds.shape, isRequired: true, limits: bounds.limits) { root, writer in
            writer.key(key)
            value.read(root).write(to: &writer)
        } read: { (root, json, strictly) throws(FieldError) in
            guard let json else { throw FieldError("", "is required") }
            root[keyPath: path] = try bounds.read(json, strictly)
        }
    }

    /// A field that is left out when there is nothing to say.
    package init<Value: FieldValue>(
        _ name: String, _ path: FieldPath<Root, Value?>, _ bounds: Bounds<Value> = .none
    ) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(name, bounds.shape, isRequired: false, limits: bounds.limits) { root, writer in
            guard let value = value.read(root) else { return }
            writer.key(key)
            value.write(to: &writer)
        } read: { (root, json, strictly) throws(FieldError) in
            guard let json else { return }
            root[keyPath: path] = try bounds.read(json, strictly)
        }
    }

    /// A field that is left out when it has the value `omitted`, which it then stands for.
    package init<Value: FieldValue & Equatable>(
        _ name: String, _ path: FieldPath<Root, Value>, omitting omitted: Value,
        _ bounds: Bounds<Value> = .none
    ) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(name, bounds.shape, isRequired: false, limits: bounds.limits) { root, writer in
            let value = value.read(root)
            guard value != omitted else { return }
            writer.key(key)
            value.write(to: &writer)
        } read: { (root, json, strictly) throws(FieldError) in
            root[keyPath: path] = if let json { try bounds.read(json, strictly) } else { omitted }
        }
    }

    /// A field that may also be null, which then says something else than its absence: `.some(nil)`.
    package init<Value: FieldValue>(
        nullable name: String, _ path: FieldPath<Root, Value??>, _ bounds: Bounds<Value> = .none
    ) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(name, .anything, isRequired: false, takesNull: true) { root, writer in
            guard let value = value.read(root) else { return }
            writer.key(key)
            if let value { value.write(to: &writer) } else { writer.null() }
        } read: { (root, json, strictly) throws(FieldError) in
            guard let json else { return }
            root[keyPath: path] = .some(json.isNull ? nil : try bounds.read(json, strictly))
        }
    }

    /// The fields of a document that is part of another, beside the other's own.
    static func embedded<Part: Document>(_ path: FieldPath<Root, Part>) -> [Field] {
        let part = StoredValue(path)
        return Part.fields.map { field in
            Field(
                field.name, field.shape, isRequired: field.isRequired, limits: field.limits,
                takesNull: field.takesNull
            ) { root, writer in
                part.withPlace(in: root) { field.writeValue($0, &writer) }
            } read: { (root, json, strictly) throws(FieldError) in
                try field.readValue(&root[keyPath: path], json, strictly)
            }
        }
    }

    /// The same field in a document that never leaves it out.
    func required() -> Field {
        Field(name, shape, isRequired: true, limits: limits, write: writeValue) {
            [readValue] (root, json, strictly) throws(FieldError) in
            guard let json else { throw FieldError("", "is required") }
            try readValue(&root, json, strictly)
        }
    }

    init(
        _ name: String, _ shape: Shape, isRequired: Bool, limits: Limits = .none, takesNull: Bool = false,
        write: @escaping @Sendable (Place, inout JSONWriter) -> Void,
        read: @escaping @Sendable (inout Root, JSONValue?, Bool) throws(FieldError) -> Void
    ) {
        self.name = name
        self.shape = shape
        self.limits = limits
        self.isRequired = isRequired
        self.takesNull = takesNull
        writeValue = write
        readValue = read
    }
}
