import NIOCore

/// Bytes in pieces, as a connection delivers them, perhaps with an error in the middle.
struct Source: AsyncSequence {
    struct Broken: Error {}

    var bytes: [UInt8]
    var pieceByteCount = 65_536
    /// After how many bytes the source fails.
    var failsAt: Int?

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: Source
        var offset = 0

        mutating func next() async throws -> ByteBuffer? {
            if let limit = source.failsAt, offset >= limit { throw Broken() }
            guard offset < source.bytes.count else { return nil }
            let end = Swift.min(offset + source.pieceByteCount, source.bytes.count)
            defer { offset = end }
            return ByteBuffer(bytes: source.bytes[offset..<end])
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: self) }
}
