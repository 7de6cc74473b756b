#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension JSONScanner {
    /// A number as it was read.
    struct ScannedNumber {
        var double: Double
        /// The exact integer, when the text has neither fraction nor exponent and 64 bits hold it.
        var integer: Int64?

        var value: JSONValue { integer.map { .integer($0) } ?? .number(double) }
    }

    /// Reads a number, or one of the tokens NaN, Infinity and -Infinity, as the nearest double. With
    /// `acceptingStrings` the strings of those three names are numbers too.
    package mutating func number(acceptingStrings: Bool = false) throws(JSONError) -> Double {
        switch try kind() {
        case .number: return try scanNumber().double
        case .string where acceptingStrings:
            let start = byteOffset
            switch try scanText() {
            case "NaN": return .nan
            case "Infinity": return .infinity
            case "-Infinity": return -.infinity
            default:
                throw error(
                    .wrongKind, "found a string where a number, \"NaN\", \"Infinity\" or \"-Infinity\" is expected",
                    at: start)
            }
        default: throw try wrongKind("a number")
        }
    }

    /// Reads a number without fraction that 64 bits hold; `1.0` and `1e3` are such numbers too.
    package mutating func integer() throws(JSONError) -> Int64 {
        guard try kind() == .number else { throw try wrongKind("an integer") }
        let start = byteOffset
        let number = try scanNumber()
        if let integer = number.integer ?? Int64(exactly: number.double) { return integer }
        guard number.double.rounded() == number.double, number.double.isFinite else {
            throw error(.wrongKind, "found a fraction where an integer is expected", at: start)
        }
        throw error(.numberOutOfRange, "the integer does not fit 64 bits", at: start)
    }

    /// Reads the number that begins at the next byte.
    mutating func scanNumber() throws(JSONError) -> ScannedNumber {
        let start = byteOffset
        var position = start
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard position < bytes.count else { throw endOfText() }
        if bytes[position] == UInt8(ascii: "N") || bytes[position] == UInt8(ascii: "I") {
            return try nonfiniteToken(isNegative: isNegative, at: position)
        }

        // 19 digits fit the significand; a longer number is read again, by the library.
        var significand: UInt64 = 0
        var digitCount = 0
        var exponent = 0
        let wholeStart = position
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            significand = significand &* 10 &+ UInt64(digit)
            position += 1
        }
        digitCount = position - wholeStart
        guard digitCount > 0 else { throw malformed(at: position, "a digit") }
        guard digitCount == 1 || bytes[wholeStart] != UInt8(ascii: "0") else {
            throw error(.unexpectedByte, "a number must not begin with extra zeros", at: wholeStart)
        }
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            let fractionStart = position
            while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
                significand = significand &* 10 &+ UInt64(digit)
                position += 1
            }
            guard position > fractionStart else { throw malformed(at: position, "a digit after '.'") }
            digitCount += position - fractionStart
            exponent = fractionStart - position
            // Zeros before the first other digit carry nothing.
            if significand < 1_000_000_000 { digitCount = min(digitCount, significantDigits(from: wholeStart)) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            exponent += try explicitExponent(at: &position)
        }
        byteOffset = position

        if digitCount <= 19 {
            if isWhole {
                if let integer = signed(significand, isNegative: isNegative) {
                    return ScannedNumber(double: Double(integer), integer: integer)
                }
                if significand == 0 { return ScannedNumber(double: -0.0, integer: nil) }
            }
            if let magnitude = Self.exactlyRounded(significand, exponent: exponent) {
                return ScannedNumber(double: isNegative ? -magnitude : magnitude, integer: nil)
            }
        }
        return ScannedNumber(double: try parsedByLibrary(start..<position), integer: nil)
    }

    /// The double nearest to `significand` · 10^`exponent`, when that is cheap to know for certain; else nil.
    private static func exactlyRounded(_ significand: UInt64, exponent: Int) -> Double? {
        if significand == 0 { return 0 }
        // Both operands are exact doubles, so one IEEE operation rounds once (Clinger 1990).
        if significand <= 1 << 53, (-22...22).contains(exponent) {
            let power = smallPowers[abs(exponent)]
            return exponent < 0 ? Double(significand) / power : Double(significand) * power
        }
        #if arch(x86_64)
            // The same with 64 bits of precision, where 10^27 is exact. The result is then rounded a second time,
            // to 53 bits; that is harmless unless the first result lies exactly between two doubles, since rounding
            // never carries a number across a number of its own format.
            if (-27...27).contains(exponent) {
                let power = largePowers[abs(exponent)]
                let extended = exponent < 0 ? Float80(significand) / power : Float80(significand) * power
                if extended.significandBitPattern & 0x7FF != 0x400 { return Double(extended) }
            }
        #endif
        return nil
    }

    private static let smallPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    #if arch(x86_64)
        private static let largePowers: [Float80] = {
            var powers: [Float80] = [1]
            for _ in 0..<27 { powers.append(powers[powers.count - 1] * 10) }
            return powers
        }()
    #endif

    private func signed(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
        if isNegative {
            if magnitude == 0 { return nil }
            return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// The digits of the number from its first that is not zero to its last, dots not counted.
    private func significantDigits(from start: Int) -> Int {
        var position = start
        var count = 0
        var hasBegun = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ".") { continue }
            guard byte &- 0x30 < 10 else { break }
            if byte != UInt8(ascii: "0") { hasBegun = true }
            if hasBegun { count += 1 }
        }
        return count
    }

    /// Reads the exponent whose letter is at `position`; beyond ±100,000 it is cut, which no double notices.
    private func explicitExponent(at position: inout Int) throws(JSONError) -> Int {
        position += 1
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        let start = position
        var exponent = 0
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            exponent = min(exponent * 10 + Int(digit), 100_000)
            position += 1
        }
        guard position > start else { throw malformed(at: position, "a digit of the exponent") }
        return isNegative ? -exponent : exponent
    }

    /// The value that the C library reads from the number at `range`, of any length.
    private func parsedByLibrary(_ range: Range<Int>) throws(JSONError) -> Double {
        let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: range.count + 1) { copy in
            for (target, source) in range.enumerated() {
                copy.initializeElement(at: target, to: CChar(bitPattern: bytes[source]))
            }
            copy.initializeElement(at: range.count, to: 0)
            // The process never leaves the "C" locale, in which the decimal point is a point.
            return copy.baseAddress.map { strtod($0, nil) } ?? .nan
        }
        guard value.isFinite || readsHugeNumbers else {
            throw error(.numberOutOfRange, "the number is larger than any double", at: range.lowerBound)
        }
        return value
    }

    private mutating func nonfiniteToken(isNegative: Bool, at position: Int) throws(JSONError) -> ScannedNumber {
        if bytes[position] == UInt8(ascii: "N") {
            guard !isNegative else { throw malformed(at: position, "a digit or Infinity") }
            try literal("NaN")
            return ScannedNumber(double: .nan, integer: nil)
        }
        byteOffset = position
        try literal("Infinity")
        return ScannedNumber(double: isNegative ? -.infinity : .infinity, integer: nil)
    }

    private func malformed(at position: Int, _ expected: String) -> JSONError {
        guard position < bytes.count else { return endOfText() }
        return error(.unexpectedByte, "a number needs \(expected) here", at: position)
    }
}
