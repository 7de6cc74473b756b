import JSON

extension JSONValue {
    /// True when a group of this value stands before one of `other`: numbers by size, then all else, NaN too; no value comes last.
    func precedesAsGroup(_ other: JSONValue) -> Bool {
        func number(_ value: JSONValue) -> Double? { value.doubleValue.flatMap { $0.isNaN ? nil : $0 } }
        switch (number(self), number(other)) {
        case (let one?, let other?): return one < other
        case (.some, nil): return true
        case (nil, .some): return false
        case (nil, nil): break
        }
        if isNull || other.isNull { return other.isNull && !isNull }
        return encoded().lexicographicallyPrecedes(other.encoded())
    }
}
