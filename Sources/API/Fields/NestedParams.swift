package import JSON
import Tracking

extension Bounds<JSONObject> {
    /// Scalars by name, also in mappings inside mappings, whose names are then joined with points, and lists, which count as
    /// their JSON text; the limits of `scalars` hold for what comes of it.
    package static var params: Bounds {
        Bounds(.map(.anything), limits: scalars.limits) { (object) throws(FieldError) in
            try scalars.check?(try object.flattenedParams())
        }
    }
}

extension JSONObject {
    /// The scalars by dotted name.
    ///
    /// - Throws: When two of them have the same name.
    package func flattenedParams() throws(FieldError) -> JSONObject {
        var flat = JSONObject()
        try flatten(under: "", into: &flat)
        return flat
    }

    private func flatten(under prefix: String, into flat: inout JSONObject) throws(FieldError) {
        for (key, value) in self {
            let name = prefix + key
            switch value {
            case .object(let inner): try inner.flatten(under: name + ".", into: &flat)
            case .array:
                try Self.add(.string(String(decoding: value.encoded(), as: UTF8.self)), name, to: &flat)
            default: try Self.add(value, name, to: &flat)
            }
        }
    }

    private static func add(_ value: JSONValue, _ name: String, to flat: inout JSONObject) throws(FieldError) {
        guard flat.append(value, forKey: name) else {
            throw FieldError(name, "is given twice, by its whole name and inside a mapping; give it once")
        }
    }
}
