/// The fields of a message of Protocol Buffers, one after another.
struct ProtobufReader {
    enum Field {
        case number(Int, UInt64)
        case data(Int, ArraySlice<UInt8>)
    }

    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The place of the next byte among those that the reader was made with.
    var place: Int { bytes.startIndex }

    /// The next field; nil at the end. Fields of 32 bits do not occur.
    mutating func next() throws(ExportError) -> Field? {
        guard !bytes.isEmpty else { return nil }
        let key = try varint()
        let field = Int(truncatingIfNeeded: key >> 3)
        switch key & 7 {
        case 0: return .number(field, try varint())
        case 1:
            guard bytes.count >= 8 else { throw Self.truncated }
            defer { bytes = bytes.dropFirst(8) }
            return .number(field, bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
        case 2:
            let count = try varint()
            guard count <= UInt64(bytes.count) else { throw Self.truncated }
            defer { bytes = bytes.dropFirst(Int(count)) }
            return .data(field, bytes.prefix(Int(count)))
        default: throw ExportError(.malformed, "The message has a field of an unknown form.")
        }
    }

    /// A varint, of which more bytes may be to come: nil then.
    mutating func wholeVarint() throws(ExportError) -> UInt64? {
        guard bytes.prefix(10).contains(where: { $0 < 0x80 }) || bytes.count >= 10 else { return nil }
        return try varint()
    }

    private mutating func varint() throws(ExportError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = bytes.popFirst() else { throw Self.truncated }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ExportError(.malformed, "The message has a number of more than ten bytes.")
    }

    private static let truncated = ExportError(.malformed, "The message ends within a field.")
}
