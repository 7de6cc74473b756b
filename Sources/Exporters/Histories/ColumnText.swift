import JSON

/// Writes the values of columns as text.
enum ColumnText {
    /// Appends a value; `nonfinite` decides how NaN and the infinities are written.
    @inline(__always)
    static func append(_ number: Double, to bytes: inout [UInt8], _ nonfinite: (Double) -> StaticString) {
        if number.isFinite {
            bytes.append(contentsOf: number.description.utf8)
        } else {
            nonfinite(number).withUTF8Buffer { bytes.append(contentsOf: $0) }
        }
    }

    @inline(__always)
    static func append(_ integer: Int64, to bytes: inout [UInt8]) {
        var rest = integer.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if integer < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// Appends microseconds as seconds with up to six decimals. They read back as the double that is nearest to the quotient.
    @inline(__always)
    static func append(microseconds: Int64, to bytes: inout [UInt8]) {
        let magnitude = microseconds.magnitude
        if microseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        append(Int64(magnitude / 1_000_000), to: &bytes)
        bytes.append(UInt8(ascii: "."))
        var fraction = magnitude % 1_000_000
        var place: UInt64 = 100_000
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / place))
            fraction %= place
            place /= 10
        } while fraction > 0
    }

    /// NaN and the infinities as pandas, polars, R and our exports read and write them in CSV.
    static func csvWord(_ number: Double) -> StaticString { number.isNaN ? "NaN" : number > 0 ? "inf" : "-inf" }

    /// NaN and the infinities as the API writes them in JSON.
    static func jsonWord(_ style: NonfiniteStyle) -> (Double) -> StaticString {
        switch style {
        case .string: { $0.isNaN ? "\"NaN\"" : $0 > 0 ? "\"Infinity\"" : "\"-Infinity\"" }
        case .null: { _ in "null" }
        case .token: { $0.isNaN ? "NaN" : $0 > 0 ? "Infinity" : "-Infinity" }
        }
    }

    /// Appends a text as a field of CSV (RFC 4180).
    static func append(csv text: String, to bytes: inout [UInt8]) {
        let isPlain = !text.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
        bytes += isPlain ? Array(text.utf8) : Array(("\"" + text.replacing("\"", with: "\"\"") + "\"").utf8)
    }
}

extension ColumnValues {
    /// Appends the value at `index`.
    @inline(__always)
    func append(_ index: Int, to bytes: inout [UInt8], _ nonfinite: (Double) -> StaticString) {
        switch self {
        case .integers(let values): ColumnText.append(values[index], to: &bytes)
        case .microseconds(let values): ColumnText.append(microseconds: values[index], to: &bytes)
        case .numbers(let values): ColumnText.append(values[index], to: &bytes, nonfinite)
        }
    }
}
