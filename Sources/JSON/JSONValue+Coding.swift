extension JSONValue {
    /// Reads one JSON value; only whitespace may follow it.
    ///
    /// The bare tokens NaN, Infinity and -Infinity count as numbers. A leading UTF-8 byte order mark is skipped.
    /// - Throws: `JSONError` for anything else that is not JSON, for a repeated key, and beyond `limits`.
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in try parse(buffer, limits: limits) }
    }

    /// Reads one JSON value from any bytes; see the other `parse`.
    package static func parse(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        let result = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(JSONError) in try parse(buffer, limits: limits) }
        }
        return if let result { try result.get() } else { try parse(Array(bytes), limits: limits) }
    }

    /// Reads one JSON value from memory that stays valid during the call; see the other `parse`.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        var scanner = try JSONScanner(bytes, limits: limits)
        let value = try scanner.value()
        try scanner.finish()
        return value
    }

    /// The value as JSON text in UTF-8, members in their order; `pretty` puts each on its own line, indented by two.
    ///
    /// Doubles are written with the fewest digits that read back to the same bits, integral ones as `1.0`.
    package func encoded(nonfinite: NonfiniteStyle = .string, pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(nonfinite: nonfinite, pretty: pretty)
        writer.value(self)
        return writer.bytes
    }
}
