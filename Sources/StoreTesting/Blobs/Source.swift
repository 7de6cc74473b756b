package import NIOCore

/// Bytes in pieces, as a connection delivers them, perhaps with an error in the middle.
package struct Source: AsyncSequence {
    package struct Broken: Error {}

    package var bytes: [UInt8]
    package var pieceByteCount: Int
    /// After how many bytes the source fails.
    package var failsAt: Int?

    package init(bytes: [UInt8], pieceByteCount: Int = 65_536, failsAt: Int? = nil) {
        self.bytes = bytes
        self.pieceByteCount = pieceByteCount
        self.failsAt = failsAt
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: Source
        fileprivate var offset = 0

        package mutating func next() async throws -> ByteBuffer? {
            if let limit = source.failsAt, offset >= limit { throw Broken() }
            guard offset < source.bytes.count else { return nil }
            let end = Swift.min(offset + source.pieceByteCount, source.bytes.count)
            defer { offset = end }
            return ByteBuffer(bytes: source.bytes[offset..<end])
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: self) }
}
