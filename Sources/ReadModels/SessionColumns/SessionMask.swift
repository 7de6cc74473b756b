/// A set of sessions: a bit for each number, 64 to a word as in the rows of the columns.
struct SessionMask {
    private(set) var words: [UInt64]

    /// No session of those in `chunkCount` rows.
    init(chunkCount: Int) { words = Array(repeating: 0, count: chunkCount) }

    /// The bits of the sessions in a row.
    subscript(chunk: Int) -> UInt64 {
        get { words[chunk] }
        set { words[chunk] = newValue }
    }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    static func & (left: Self, right: Self) -> Self { left.combined(with: right) { $0 & $1 } }
    static func | (left: Self, right: Self) -> Self { left.combined(with: right) { $0 | $1 } }

    /// The sessions of this set that are not in `other`.
    func subtracting(_ other: Self) -> Self { combined(with: other) { $0 & ~$1 } }

    private func combined(with other: Self, _ combine: (UInt64, UInt64) -> UInt64) -> Self {
        var result = self
        for (index, word) in other.words.enumerated() { result.words[index] = combine(words[index], word) }
        return result
    }

    /// The numbers of the sessions, at most `limit` after the first `offset`; the newest come first when it descends.
    func numbers(isDescending: Bool, limit: Int = .max, offset: Int = 0) -> [SessionNumber] {
        var numbers: [SessionNumber] = []
        var rest = offset
        let chunks = isDescending ? Array(words.indices.reversed()) : Array(words.indices)
        for chunk in chunks {
            var word = words[chunk]
            if word.nonzeroBitCount <= rest {
                rest -= word.nonzeroBitCount
                continue
            }
            while word != 0 {
                let place = isDescending ? 63 - word.leadingZeroBitCount : word.trailingZeroBitCount
                word &= ~(1 << UInt64(place))
                if rest > 0 {
                    rest -= 1
                    continue
                }
                guard numbers.count < limit else { return numbers }
                numbers.append(SessionNumber(rawValue: UInt32(chunk * CellChunk.capacity + place)))
            }
        }
        return numbers
    }
}
