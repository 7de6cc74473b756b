/// Finds a delimiter in bytes that come in pieces (Horspool, *Practical fast searching in strings*, 1980).
struct DelimiterSearch {
    /// The place of the delimiter, or the one from where on the bytes may be its beginning.
    enum Result: Equatable {
        case at(Int)
        case possiblyAt(Int)
    }

    private let delimiter: [UInt8]
    /// The distances that the window moves, by its last byte.
    private let shifts: [Int]

    /// A search for `delimiter`, which is not empty.
    init(_ delimiter: [UInt8]) {
        precondition(!delimiter.isEmpty)
        self.delimiter = delimiter
        var shifts = [Int](repeating: delimiter.count, count: 256)
        for (offset, byte) in delimiter.dropLast().enumerated() { shifts[Int(byte)] = delimiter.count - 1 - offset }
        self.shifts = shifts
    }

    /// The first place of the delimiter; without one, the first place from which the rest is its beginning.
    func find(in bytes: UnsafeRawBufferPointer) -> Result {
        let length = delimiter.count
        return delimiter.withUnsafeBufferPointer { delimiter in
            shifts.withUnsafeBufferPointer { shifts in
                var start = 0
                while start + length <= bytes.count {
                    let last = bytes[start + length - 1]
                    if last == delimiter[length - 1], matches(bytes, at: start, delimiter, count: length - 1) {
                        return .at(start)
                    }
                    start += shifts[Int(last)]
                }
                start = max(0, min(start, bytes.count))
                start = max(start, bytes.count - length + 1)
                start = max(0, start)
                while start < bytes.count, !matches(bytes, at: start, delimiter, count: bytes.count - start) {
                    start += 1
                }
                return .possiblyAt(start)
            }
        }
    }

    private func matches(
        _ bytes: UnsafeRawBufferPointer, at start: Int, _ delimiter: UnsafeBufferPointer<UInt8>, count: Int
    ) -> Bool {
        for offset in 0..<count where bytes[start + offset] != delimiter[offset] { return false }
        return true
    }
}
