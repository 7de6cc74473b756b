import SwiftProtobuf

/// Messages in protobuf, each preceded by its length as a varint.
struct DelimitedMessages {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// All messages. Throws when the bytes end within one, or are no such messages.
    consuming func read<Element: Message>() throws -> [Element] {
        var messages: [Element] = []
        while !rest.isEmpty {
            let count = try length()
            guard count <= rest.count else { throw BinaryDecodingError.truncated }
            messages.append(try Element(serializedBytes: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return messages
    }

    private mutating func length() throws -> Int {
        var length = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = rest.popFirst() else { throw BinaryDecodingError.truncated }
            length |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return length }
        }
        throw BinaryDecodingError.malformedProtobuf
    }
}
