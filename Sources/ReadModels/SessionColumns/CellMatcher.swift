import Glibc
import Tracking

/// Decides whether a comparison holds of cells.
///
/// The meaning is that of `SessionCondition.holds(_:_:_:)`; numbers, and texts of ASCII, are compared where they lie.
struct CellMatcher {
    /// The answer of a cell.
    enum Answer {
        case yes, no
        /// The cell leaves out what decides; the session's document has it.
        case undecided
    }

    private let comparison: SessionCondition.Comparison
    private let literals: [SessionCondition.Literal]
    /// The comparisons without those that are another one negated or repeated.
    private enum Relation {
        case equal, less, lessOrEqual, greater, greaterOrEqual, contains
    }

    /// The relation that must hold of some value; or of none, when it is negated.
    private let relation: Relation
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
            case .equal, .among: (.equal, false)
            case .notEqual, .notAmong: (.equal, true)
            case .contains: (.contains, false)
            case .notContains: (.contains, true)
            case .less: (.less, false)
            case .lessOrEqual: (.lessOrEqual, false)
            case .greater: (.greater, false)
            case .greaterOrEqual: (.greaterOrEqual, false)
            }
        let numbers = literals.compactMap { if case .number(let number) = $0 { number } else { nil } }
        let texts = literals.compactMap { if case .text(let text) = $0 { text } else { nil } }
        let isText = texts.count == literals.count
        let bytes = texts.map { Array($0.utf8) }
        self.numbers = numbers.count == literals.count && relation != .contains ? numbers : nil
        self.texts = isText && bytes.allSatisfy { $0.allSatisfy { $0 < 0x80 } } ? bytes : nil
        searched = relation == .contains ? texts.map { SearchText($0) } : []
    }

    /// Calls `body` with a function that tells whether the comparison holds of a number, made for this comparison.
    @inline(__always)
    func withNumberTest(_ body: ((Double) -> Bool) -> Void) {
        guard let numbers, numbers.count == 1, case let wanted = numbers[0] else {
            return body { number in
                guard let numbers else { return SessionCondition.holds([.number(number)], comparison, literals) }
                return numbers.contains { relates(number, $0) } != isNegated
            }
        }
        let negates = isNegated
        switch relation {
        case .less: body { $0 < wanted }
        case .lessOrEqual: body { $0 <= wanted }
        case .greater: body { $0 > wanted }
        case .greaterOrEqual: body { $0 >= wanted }
        case .equal, .contains: body { ($0 == wanted) != negates }
        }
    }

    func answer(_ cell: CellView) -> Answer {
        if let relates = relates(cell) { return relates != isNegated ? .yes : .no }
        guard let values = cell.values else { return .undecided }
        return SessionCondition.holds(values, comparison, literals) ? .yes : .no
    }

    /// True when the relation holds of some value of the cell; nil when the bytes do not decide.
    private func relates(_ cell: CellView) -> Bool? {
        switch cell.tag {
        case .number:
            guard let numbers else { return nil }
            let number = cell.number
            for wanted in numbers where relates(number, wanted) { return true }
            return false
        case .text: return relates(cell.content)
        case .list:
            var answer: Bool? = false
            cell.forEachInner { inner in
                guard inner.tag != .list, let relates = relates(inner) else {
                    answer = nil
                    return false
                }
                if relates { answer = true }
                return true
            }
            return answer
        default: return nil
        }
    }

    @inline(__always)
    private func relates(_ number: Double, _ wanted: Double) -> Bool {
        switch relation {
        case .less: number < wanted
        case .lessOrEqual: number <= wanted
        case .greater: number > wanted
        case .greaterOrEqual: number >= wanted
        case .equal, .contains: number == wanted
        }
    }

    /// True when the relation holds of a text; nil when it is not ASCII.
    @inline(__always)
    private func relates(_ text: UnsafeRawBufferPointer) -> Bool? {
        guard let texts else { return nil }
        if relation == .equal {
            for wanted in texts where text.count == wanted.count && text.order(to: wanted) == 0 { return true }
            return text.isASCII ? false : nil
        }
        guard text.isASCII else { return nil }
        guard relation != .contains else {
            for part in searched where CellMatcher.occurs(part.bytes, in: text) { return true }
            return false
        }
        for wanted in texts {
            let relates =
                switch relation {
                case .less: text.order(to: wanted) < 0
                case .lessOrEqual: text.order(to: wanted) <= 0
                case .greater: text.order(to: wanted) > 0
                case .greaterOrEqual: text.order(to: wanted) >= 0
                case .equal, .contains: false
                }
            if relates { return true }
        }
        return false
    }

    /// True when `part`, in small letters, occurs in an ASCII text in any case.
    private static func occurs(_ part: [UInt8], in text: UnsafeRawBufferPointer) -> Bool {
        part.withUnsafeBufferPointer { part in
            guard let first = part.first else { return true }
            guard text.count >= part.count else { return false }
            for start in 0...(text.count - part.count) where lowered(text[start]) == first {
                var length = 1
                while length < part.count, lowered(text[start + length]) == part[length] { length += 1 }
                if length == part.count { return true }
            }
            return false
        }
    }

    @inline(__always)
    private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

extension UnsafeRawBufferPointer {
    /// True when every byte is a character of ASCII.
    @inline(__always)
    fileprivate var isASCII: Bool {
        var bits: UInt64 = 0
        // The last load overlaps the one before it.
        if count >= 8 {
            var place = 0
            while place + 8 < count {
                bits |= loadUnaligned(fromByteOffset: place, as: UInt64.self)
                place += 8
            }
            bits |= loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            let (first, last) = (
                loadUnaligned(as: UInt32.self), loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            )
            bits = UInt64(first | last)
        } else {
            for byte in self { bits |= UInt64(byte) }
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    /// Below, at or above 0 when the bytes come before, with or after `other`.
    @inline(__always)
    fileprivate func order(to other: [UInt8]) -> Int {
        other.withUnsafeBytes { other in
            let common = Swift.min(count, other.count)
            guard common > 0, let start = baseAddress, let otherStart = other.baseAddress,
                case let order = Int(memcmp(start, otherStart, common)), order != 0
            else { return count - other.count }
            return order
        }
    }
}
