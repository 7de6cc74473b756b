package import NIOCore

/// Bytes of a blob, in order. A pull reads one frame; nothing is read ahead.
package struct BlobBytes: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = BlobError

    let range: Range<Int64>
    let contents: any BlobContents

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(rest: range, contents: contents)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var rest: Range<Int64>
        private let contents: any BlobContents

        fileprivate init(rest: Range<Int64>, contents: any BlobContents) {
            self.rest = rest
            self.contents = contents
        }

        /// The next bytes, verified; nil at the end of the range.
        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(BlobError) -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            let buffer = try await contents.bytes(atStartOf: rest)
            rest = rest.lowerBound + Int64(buffer.readableBytes)..<rest.upperBound
            return buffer
        }

        /// The next bytes, verified; nil at the end of the range.
        package mutating func next() async throws(BlobError) -> ByteBuffer? {
            try await next(isolation: nil)
        }
    }
}
