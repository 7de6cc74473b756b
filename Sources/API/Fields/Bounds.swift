import JSON

/// The conditions that a field's value must meet beside being of its kind.
package struct Bounds<Value: FieldValue>: Sendable {
    let shape: Shape
    let limits: Limits
    let check: (@Sendable (Value) throws(FieldError) -> Void)?

    /// - Parameter check: Throws with the place inside the value as the field.
    init(
        _ shape: Shape = Value.shape, limits: Limits = Value.limits,
        _ check: (@Sendable (Value) throws(FieldError) -> Void)?
    ) {
        self.shape = shape
        self.limits = limits
        self.check = check
    }

    func read(_ json: JSONValue, _ strictly: Bool) throws(FieldError) -> Value {
        let value = try Value(json, strictly: strictly)
        try check?(value)
        return value
    }

    /// Every value of the kind.
    package static var none: Bounds { Bounds(Value.shape, nil) }
}

extension Bounds where Value: FixedWidthInteger {
    package static func range(_ range: ClosedRange<Value>) -> Bounds {
        Bounds(limits: .range(Double(range.lowerBound), Double(range.upperBound))) { (value) throws(FieldError) in
            guard range.contains(value) else {
                throw FieldError("", "must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
            }
        }
    }
}

extension Bounds where Value == Double {
    package static func range(_ range: ClosedRange<Double>) -> Bounds {
        Bounds(limits: .range(range.lowerBound, range.upperBound)) { (value) throws(FieldError) in
            guard range.contains(value) else {
                throw FieldError("", "must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    /// Of a metric: NaN and the infinities are values like others.
    package static var metric: Bounds { Bounds(.metric, nil) }
}

extension Bounds where Value == String {
    /// Texts of so many bytes of UTF-8, without NUL.
    package static func bytes(_ range: ClosedRange<Int>) -> Bounds {
        Bounds(limits: .bytes(range)) { (text) throws(FieldError) in try check(text, range) }
    }

    package static func words(_ words: [String]) -> Bounds {
        Bounds(.words(words)) { (text) throws(FieldError) in
            guard words.contains(text) else {
                throw FieldError("", "must be one of \(words.joined(separator: ", ")), not '\(text.prefix(80))'")
            }
        }
    }

    static func check(_ text: String, _ range: ClosedRange<Int>) throws(FieldError) {
        let count = text.utf8.count
        guard range.contains(count) else {
            if count == 0 { throw FieldError("", "must not be empty") }
            throw FieldError("", "has \(count) bytes; \(range.lowerBound) to \(range.upperBound) are allowed")
        }
        guard !text.utf8.contains(0) else { throw FieldError("", "must not hold NUL characters") }
    }
}

extension Bounds {
    /// Lists of so many elements, each within `elements`.
    ///
    /// An upper bound of `Int.max` is none.
    package static func count<Element: FieldValue>(
        _ range: ClosedRange<Int>, of elements: Bounds<Element> = .none
    ) -> Bounds where Value == [Element] {
        Bounds(.list(elements.shape), limits: .elements(range, each: elements.limits)) { (values) throws(FieldError) in
            guard range.contains(values.count) else {
                throw FieldError(
                    "", "has \(values.count) entries; \(range.lowerBound) to \(range.upperBound) are allowed")
            }
            guard let check = elements.check else { return }
            for (index, value) in values.enumerated() {
                do throws(FieldError) {
                    try check(value)
                } catch {
                    throw error.inside("[\(index)]")
                }
            }
        }
    }
}

extension Bounds where Value == [Double] {
    /// Of a metric: NaN and the infinities are values like others.
    package static var metrics: Bounds { Bounds(.list(.metric), nil) }
}
