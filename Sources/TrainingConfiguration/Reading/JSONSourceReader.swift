import JSON

/// Reads JSON text into values and remembers the line of each.
struct JSONSourceReader {
    private(set) var lines: [String: Int] = [:]
    private var line = 1
    private var countedUpTo = 0

    /// Reads one JSON value; see `ConfigurationSource`.
    mutating func read(_ text: [UInt8]) throws(ConfigurationError) -> JSONValue {
        let limits = JSONLimits(
            maximumByteCount: ConfigurationLimits.maximumByteCount, maximumDepth: ConfigurationLimits.maximumDepth + 1)
        do {
            return try text.withUnsafeBufferPointer { bytes throws(JSONError) in
                var scanner = try JSONScanner(bytes, limits: limits)
                let value = try value(at: "", from: &scanner, bytes)
                try scanner.finish()
                return value
            }
        } catch {
            throw ConfigurationError(
                ConfigurationProblem(
                    code: error.code == .tooLarge || error.code == .tooDeep ? .tooLarge : .syntax, path: "",
                    line: error.line, found: error.message,
                    allowed: "JSON text of at most \(ConfigurationLimits.maximumByteCount) bytes"))
        }
    }

    private mutating func value(
        at path: String, from scanner: inout JSONScanner, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONError) -> JSONValue {
        let kind = try scanner.kind()
        for byte in bytes[countedUpTo..<scanner.byteOffset] where byte == UInt8(ascii: "\n") { line += 1 }
        countedUpTo = scanner.byteOffset
        lines[path] = line
        switch kind {
        case .object:
            var object = JSONObject()
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                let name = key.string
                let path = ConfigurationSource.join(path, name)
                guard object.append(try value(at: path, from: &scanner, bytes), forKey: name) else {
                    throw JSONError(
                        .duplicateKey, "the key \"\(name)\" appears twice in one object", at: key.byteOffset - 1,
                        in: bytes)
                }
            }
            return .object(object)
        case .array:
            var elements: [JSONValue] = []
            try scanner.beginArray()
            while try scanner.nextElement() {
                elements.append(try value(at: "\(path)[\(elements.count)]", from: &scanner, bytes))
            }
            return .array(elements)
        default: return try scanner.value()
        }
    }
}
