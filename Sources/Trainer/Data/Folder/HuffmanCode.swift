/// A code of DEFLATE: symbols by the lengths of their codes.
struct HuffmanCode {
    /// How many codes have each length, 0 to 15 bits; unused symbols are not counted.
    let counts: [Int]
    /// The symbols in the order of their codes.
    let symbols: [Int]
    /// For each next nine bits, the symbol they begin with times 16 plus its length; 0 for longer codes.
    private let table: [UInt16]

    private static let tableBits = 9

    /// Nil when the lengths ask for more codes than there are.
    init?(lengths: ArraySlice<Int>) {
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths where length > 0 { counts[length] += 1 }
        var left = 1
        for length in 1...15 {
            left = left << 1 - counts[length]
            guard left >= 0 else { return nil }
        }
        var offsets = [Int](repeating: 0, count: 16)
        var codes = [Int](repeating: 0, count: 16)
        for length in 1..<15 {
            offsets[length + 1] = offsets[length] + counts[length]
            codes[length + 1] = (codes[length] + counts[length]) << 1
        }
        var symbols = [Int](repeating: 0, count: counts.reduce(0, +))
        var table = [UInt16](repeating: 0, count: 1 << Self.tableBits)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[offsets[length]] = symbol
            offsets[length] += 1
            let code = codes[length]
            codes[length] += 1
            guard length <= Self.tableBits else { continue }
            // Codes are read from their highest bit on, the stream from the lowest.
            let reversed = (0..<length).reduce(0) { $0 << 1 | (code >> $1) & 1 }
            for entry in stride(from: reversed, to: table.count, by: 1 << length) {
                table[entry] = UInt16(symbol << 4 | length)
            }
        }
        self.counts = counts
        self.symbols = symbols
        self.table = table
    }

    /// The symbol that the next bits begin with and its length; nil when it is longer than nine bits or than what is there.
    @inline(__always)
    func short(_ bits: Int, available: Int) -> (symbol: Int, length: Int)? {
        let entry = Int(table[bits & (1 << Self.tableBits - 1)])
        let length = entry & 15
        guard length > 0, length <= available else { return nil }
        return (entry >> 4, length)
    }

    static let fixedLiterals = fixed(
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
            + Array(repeating: 8, count: 8))
    static let fixedDistances = fixed(Array(repeating: 5, count: 30))

    private static func fixed(_ lengths: [Int]) -> HuffmanCode {
        guard let code = HuffmanCode(lengths: lengths[...]) else { preconditionFailure("the fixed codes are sound") }
        return code
    }

    /// The order in which the lengths of the code of lengths come.
    static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// The shortest match of each length symbol from 257, and its extra bits.
    static let lengths: [(Int, Int)] = [
        (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2),
        (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5),
        (163, 5), (195, 5), (227, 5), (258, 0),
    ]

    /// The shortest distance of each distance symbol, and its extra bits.
    static let distances: [(Int, Int)] = [
        (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4), (49, 4), (65, 5),
        (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8), (769, 8), (1025, 9), (1537, 9), (2049, 10),
        (3073, 10), (4097, 11), (6145, 11), (8193, 12), (12289, 12), (16385, 13), (24577, 13),
    ]
}
