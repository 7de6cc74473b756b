/// An answer of unknown length, read as it comes: its head and then the bytes of its chunks.
struct ChunkedAnswer {
    private let connection: HTTPConnection
    private var rest: [UInt8] = []
    /// The bytes of the present chunk that are still to come, its line end included; nil while its length is.
    private var chunkByteCount: Int?
    /// The part that came of a chunk's length.
    private var line: [UInt8] = []

    /// The status.
    private(set) var status = 0

    /// Sends `request` and reads the head of its answer.
    init(of request: HTTPRequest, over connection: HTTPConnection) throws {
        self.connection = connection
        try connection.send(request.bytes)
        var end = ResponseHead.end(in: rest)
        while end == nil {
            try connection.receiveSome { rest.append(contentsOf: $0) }
            end = ResponseHead.end(in: rest)
        }
        guard let end else { return }
        status = ResponseHead.outline(of: rest, end: end).status
        rest.removeFirst(end)
    }

    /// Reads the body to its end; `consume` gets it piece by piece.
    mutating func read(_ consume: (UnsafeRawBufferPointer) -> Void) throws {
        let begun = rest
        var isOver = try begun.withUnsafeBytes { try take($0, consume) }
        while !isOver {
            try connection.receiveSome { bytes in isOver = try take(bytes, consume) }
        }
    }

    /// Hands on what `bytes` hold of the body; returns whether it is over.
    private mutating func take(
        _ bytes: UnsafeRawBufferPointer, _ consume: (UnsafeRawBufferPointer) -> Void
    ) throws -> Bool {
        var place = 0
        while place < bytes.count {
            if let left = chunkByteCount {
                let count = min(left, bytes.count - place)
                // The last two bytes of a chunk are its line end.
                let content = min(count, max(0, left - 2))
                if content > 0 { consume(UnsafeRawBufferPointer(rebasing: bytes[place..<place + content])) }
                place += count
                chunkByteCount = left == count ? nil : left - count
                continue
            }
            if line.count > 16 { throw BenchmarkError("The answer has no chunks.") }
            let byte = bytes[place]
            place += 1
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            guard let count = Int(String(decoding: line.dropLast(), as: UTF8.self), radix: 16) else {
                throw BenchmarkError("The answer has a chunk without a length.")
            }
            line.removeAll(keepingCapacity: true)
            if count == 0 { return true }
            chunkByteCount = count + 2
        }
        return false
    }
}
