/// A range of keys in the order of their bytes.
package struct KeyRange: Hashable, Sendable {
    /// One end of a range.
    package enum Bound: Hashable, Sendable {
        case unbounded
        case included([UInt8])
        case excluded([UInt8])
    }

    package var lower: Bound
    package var upper: Bound

    package init(lower: Bound = .unbounded, upper: Bound = .unbounded) {
        self.lower = lower
        self.upper = upper
    }

    /// Every key.
    package static let all = KeyRange()

    /// The keys that start with `prefix`; every key when it is empty.
    package static func prefix(_ prefix: [UInt8]) -> KeyRange {
        guard !prefix.isEmpty else { return .all }
        var successor = prefix
        while let last = successor.popLast() {
            if last < 0xFF {
                successor.append(last + 1)
                return KeyRange(lower: .included(prefix), upper: .excluded(successor))
            }
        }
        return KeyRange(lower: .included(prefix))
    }

    /// The keys from `first` to `last`, both included.
    package static func from(_ first: [UInt8], through last: [UInt8]) -> KeyRange {
        KeyRange(lower: .included(first), upper: .included(last))
    }

    /// The keys from `first`, included, to `end`, excluded.
    package static func from(_ first: [UInt8], to end: [UInt8]) -> KeyRange {
        KeyRange(lower: .included(first), upper: .excluded(end))
    }
}
