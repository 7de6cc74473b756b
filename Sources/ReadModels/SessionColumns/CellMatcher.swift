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
    /// The comparison that must hold of some value; or of none, when it is negated.
    private let relation: SessionCondition.Comparison
    private let isNegated: Bool
    /// The literals when all are numbers, when all are ASCII texts, and those to be searched for.
    private let numbers: [Double]?
    private let texts: [[UInt8]]?
    private let searched: [SearchText]

    init(_ comparison: SessionCondition.Comparison, _ literals: [SessionCondition.Literal]) {
        self.comparison = comparison
        self.literals = literals
        (relation, isNegated) =
            switch comparison {
            case .notEqual, .notAmong: (.equal, true)
            case .notContains: (.contains, true)
            case .among: (.equal, false)
            default: (comparison, false)
            }
        let numbers = literals.compactMap { if case .number(let number) = $0 { number } else { nil } }
        let texts = literals.compactMap { if case .text(let text) = $0 { text } else { nil } }
        let isText = texts.count == literals.count
        let bytes = texts.map { Array($0.utf8) }
        self.numbers = numbers.count == literals.count && relation != .contains ? numbers : nil
        self.texts = isText && bytes.allSatisfy { $0.allSatisfy { $0 < 0x80 } } ? bytes : nil
        searched = relation == .contains ? texts.map { SearchText($0) } : []
    }

    /// True when the comparison holds of a number.
    func holds(_ number: Double) -> Bool {
        guard let numbers else { return SessionCondition.holds([.number(number)], comparison, literals) }
        return relates(number, numbers) != isNegated
    }

    func answer(_ cell: CellView) -> Answer {
        if let relates = relates(cell) { return relates != isNegated ? .yes : .no }
        guard let values = cell.values else { return .undecided }
        return SessionCondition.holds(values, comparison, literals) ? .yes : .no
    }

    /// True when the relation holds of some value of the cell; nil when the bytes do not decide.
    private func relates(_ cell: CellView) -> Bool? {
        switch cell.tag {
        case .number: return numbers.map { relates(cell.number, $0) }
        case .text: return texts.flatMap { relates(cell.content, $0) }
        case .list:
            var place = 0
            var isFound = false
            while place < cell.content.count, let inner = CellView(cell.content[place...]) {
                guard let relates = relates(inner) else { return nil }
                isFound = isFound || relates
                place += inner.byteCount
            }
            return isFound
        default: return nil
        }
    }

    private func relates(_ number: Double, _ literals: [Double]) -> Bool {
        switch relation {
        case .less: literals.contains { number < $0 }
        case .lessOrEqual: literals.contains { number <= $0 }
        case .greater: literals.contains { number > $0 }
        case .greaterOrEqual: literals.contains { number >= $0 }
        default: literals.contains(number)
        }
    }

    /// Nil when the text is not ASCII.
    private func relates(_ text: UnsafeRawBufferPointer, _ literals: [[UInt8]]) -> Bool? {
        guard text.allSatisfy({ $0 < 0x80 }) else { return nil }
        return switch relation {
        case .contains: searched.contains { CellMatcher.occurs($0.bytes, in: text) }
        case .less: literals.contains { text.lexicographicallyPrecedes($0) }
        case .lessOrEqual: literals.contains { !$0.lexicographicallyPrecedes(text) }
        case .greater: literals.contains { $0.lexicographicallyPrecedes(text) }
        case .greaterOrEqual: literals.contains { !text.lexicographicallyPrecedes($0) }
        default: literals.contains { $0.count == text.count && text.elementsEqual($0) }
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
