package import JSON
import Tracking

/// A value that a field of a document can hold.
package protocol FieldValue: Sendable {
    static var shape: Shape { get }
    /// The limits that every value of the kind keeps to.
    static var limits: Limits { get }

    /// Writes the value, and nothing else.
    func write(to writer: inout JSONWriter)

    /// Reads a value, which is not null.
    ///
    /// - Parameter strictly: Whether fields that are not known are refused, as in requests, or passed over, as in answers
    ///   of a newer server.
    /// - Throws: With the place inside the value as its field.
    init(_ json: JSONValue, strictly: Bool) throws(FieldError)
}

extension FieldValue {
    package static var limits: Limits { .none }
}

extension String: FieldValue {
    package static var shape: Shape { .text }

    package func write(to writer: inout JSONWriter) { writer.string(self) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        guard let text = json.stringValue else { throw FieldError("", "must be a string, not \(json.kindName)") }
        self = text
    }
}

extension Bool: FieldValue {
    package static var shape: Shape { .flag }

    package func write(to writer: inout JSONWriter) { writer.bool(self) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        guard let flag = json.boolValue else { throw FieldError("", "must be true or false, not \(json.kindName)") }
        self = flag
    }
}

/// NaN and the infinities travel as strings, unless the request asked for something else.
extension Double: FieldValue {
    package static var shape: Shape { .number }

    package func write(to writer: inout JSONWriter) { writer.number(self) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        guard let number = json.metricNumber else {
            throw FieldError("", "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\", not \(json.kindName)")
        }
        self = number
    }
}

extension FieldValue where Self: FixedWidthInteger {
    package static var shape: Shape { .integer }

    package func write(to writer: inout JSONWriter) { writer.integer(Int64(clamping: self)) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let number: Int64
        switch json {
        case .integer(let integer): number = integer
        case .number(let double):
            guard let exact = Int64(exactly: double) else {
                throw FieldError("", "must be a whole number, not \(double)")
            }
            number = exact
        default: throw FieldError("", "must be a whole number, not \(json.kindName)")
        }
        guard let value = Self(exactly: number) else {
            throw FieldError("", "must be from \(Self.min) to \(Self.max), not \(number)")
        }
        self = value
    }
}

extension Int: FieldValue {}
extension Int64: FieldValue {}
extension UInt32: FieldValue {
    package static var limits: Limits { .range(0, Double(UInt32.max)) }
}
extension UInt64: FieldValue {}

extension JSONValue: FieldValue {
    package static var shape: Shape { .anything }

    package func write(to writer: inout JSONWriter) { writer.value(self) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) { self = json }
}

extension JSONObject: FieldValue {
    package static var shape: Shape { .object }

    package func write(to writer: inout JSONWriter) { writer.value(.object(self)) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        guard let object = json.objectValue else { throw FieldError("", "must be an object, not \(json.kindName)") }
        self = object
    }
}

extension Array: FieldValue where Element: FieldValue {
    package static var shape: Shape { .list(Element.shape) }

    package func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for element in self { element.write(to: &writer) }
        writer.endArray()
    }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        guard let elements = json.arrayValue else { throw FieldError("", "must be an array, not \(json.kindName)") }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(FieldError) {
                append(try Element(element, strictly: strictly))
            } catch {
                throw error.inside("[\(index)]")
            }
        }
    }
}

extension Dictionary: FieldValue where Key == String, Value: FieldValue {
    package static var shape: Shape { .map(Value.shape) }

    /// In the order of the keys.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            writer.key(key)
            value.write(to: &writer)
        }
        writer.endObject()
    }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        self = [:]
        for (key, value) in try JSONObject(json, strictly: strictly) {
            do throws(FieldError) {
                self[key] = try Value(value, strictly: strictly)
            } catch {
                throw error.inside(key)
            }
        }
    }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    package static var shape: Shape { .words(allCases.map(\.rawValue)) }

    package func write(to writer: inout JSONWriter) { writer.string(rawValue) }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let text = try String(json, strictly: strictly)
        guard let value = Self(rawValue: text) else {
            let words = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw FieldError("", "must be one of \(words), not '\(text.prefix(80))'")
        }
        self = value
    }
}

extension JSONValue {
    /// The number this is, or stands for as one of the strings "NaN", "Infinity" and "-Infinity".
    package var metricNumber: Double? {
        switch self {
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: doubleValue
        }
    }
}

extension Bounds<JSONObject> {
    /// Flat scalars by name: at most 10,000, with names of 1 to 255 bytes and texts of at most 65,536.
    package static var scalars: Bounds {
        Bounds(.map(.anything), limits: .entries(0...10_000, keys: 1...Session.maximumNameByteCount)) {
            (object) throws(FieldError) in
            guard object.count <= 10_000 else {
                throw FieldError("", "has \(object.count) entries; at most 10000 are allowed")
            }
            for (name, value) in object {
                do throws(FieldError) {
                    try Bounds<String>.check(name, 1...Session.maximumNameByteCount)
                    switch value {
                    case .string(let text): try Bounds<String>.check(text, 0...65_536)
                    case .integer, .number, .bool: break
                    case .null, .array, .object:
                        throw FieldError("", "must be a string, a number or a boolean, not \(value.kindName)")
                    }
                } catch {
                    throw error.inside(name)
                }
            }
        }
    }
    /// The parts of a server by name.
    package static var components: Bounds { Bounds(.map(.object), nil) }
}
