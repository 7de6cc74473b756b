import Tracking

/// Decides whether a comparison holds of cells.
///
/// The meaning is that of `SessionCondition.holds(_:_:_:)`; numbers, and texts of ASCII, are compared where they lie.
struct CellMatcher {
    /// What a cell says.
    enum Answer {
        case yes, no
        /// The cell leaves out what decides; the session's document has it.
        case undecided
    }

    private let comparison: SessionCondition.Comparison
    private let literals: [SessionCondition.Literal]
    /// The literals when all are numbers, when all are ASCII texts, and as texts to search for.
    private let numbers: [Double]?
    private let texts: [[UInt8]]?
    private let searched: [SearchText]?

    init(_ comparison: SessionCondition.Comparison, _ literals: [SessionCondition.Literal]) {
        self.comparison = comparison
        self.literals = literals
        let numbers = literals.compactMap { if case .number(let number) = $0 { number } else { nil } }
        let texts = literals.compactMap { if case .text(let text) = $0 { text } else { nil } }
        self.numbers = numbers.count == literals.count ? numbers : nil
        let isText = texts.count == literals.count
        let bytes = texts.map { Array($0.utf8) }
        self.texts = isText && bytes.allSatisfy { $0.allSatisfy { $0 < 0x80 } } ? bytes : nil
        searched = isText && [.contains, .notContains].contains(comparison) ? texts.map { SearchText($0) } : nil
    }

    /// The answer of a number.
    func holds(_ number: Double) -> Bool {
        guard let numbers else { return SessionCondition.holds([.number(number)], comparison, literals) }
        switch comparison {
        case .equal, .among: return numbers.contains(number)
        case .notEqual, .notAmong: return !numbers.contains(number)
        case .less: return numbers.contains { number < $0 }
        case .lessOrEqual: return numbers.contains { number <= $0 }
        case .greater: return numbers.contains { number > $0 }
        case .greaterOrEqual: return numbers.contains { number >= $0 }
        case .contains, .notContains: return SessionCondition.holds([.number(number)], comparison, literals)
        }
    }

    func answer(_ cell: CellView) -> Answer {
        switch cell.tag {
        case .number: return holds(cell.number) ? .yes : .no
        case .text:
            if let holds = holds(cell.content) { return holds ? .yes : .no }
        default: break
        }
        guard let values = cell.values else { return .undecided }
        return SessionCondition.holds(values, comparison, literals) ? .yes : .no
    }

    /// The answer of a text by its bytes; nil when they do not decide.
    private func holds(_ text: UnsafeRawBufferPointer) -> Bool? {
        guard let texts, text.allSatisfy({ $0 < 0x80 }) else { return nil }
        if let searched {
            let found = searched.contains { CellMatcher.occurs($0.bytes, in: text) }
            return found == (comparison == .contains)
        }
        switch comparison {
        case .equal, .among: return texts.contains { text.elementsEqual($0) }
        case .notEqual, .notAmong: return !texts.contains { text.elementsEqual($0) }
        case .less: return texts.contains { text.lexicographicallyPrecedes($0) }
        case .lessOrEqual: return texts.contains { !$0.lexicographicallyPrecedes(text) }
        case .greater: return texts.contains { $0.lexicographicallyPrecedes(text) }
        case .greaterOrEqual: return texts.contains { !text.lexicographicallyPrecedes($0) }
        case .contains, .notContains: return nil
        }
    }

    /// True when `part`, in small letters, occurs in an ASCII text in any case.
    private static func occurs(_ part: [UInt8], in text: UnsafeRawBufferPointer) -> Bool {
        guard let first = part.first else { return true }
        guard text.count >= part.count else { return false }
        for start in 0...(text.count - part.count) where lowered(text[start]) == first {
            var length = 1
            while length < part.count, lowered(text[start + length]) == part[length] { length += 1 }
            if length == part.count { return true }
        }
        return false
    }

    @inline(__always)
    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
