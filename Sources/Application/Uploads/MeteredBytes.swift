import NIOCore

/// The bytes of an upload as they come, as long as the disk has room for them.
struct MeteredBytes<Base: AsyncSequence>: AsyncSequence where Base.Element == ByteBuffer {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: Base
    let claim: RoomClaim

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), claim: claim) }

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        let claim: RoomClaim

        mutating func next() async throws -> ByteBuffer? {
            guard let buffer = try await base.next() else { return nil }
            try claim.take(buffer.readableBytes)
            return buffer
        }
    }
}
