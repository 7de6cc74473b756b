import ExportFormats
import JSON

/// Writes the values of columns as text.
enum ColumnText {
    /// Appends microseconds as seconds with up to six decimals. They read back as the double that is nearest to the quotient.
    @inline(__always)
    static func append(microseconds: Int64, to bytes: inout [UInt8]) {
        let magnitude = microseconds.magnitude
        if microseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        DecimalText.append(Int64(magnitude / 1_000_000), to: &bytes)
        bytes.append(UInt8(ascii: "."))
        var fraction = magnitude % 1_000_000
        var place: UInt64 = 100_000
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / place))
            fraction %= place
            place /= 10
        } while fraction > 0
    }

    /// NaN and the infinities as the API writes them in JSON.
    static func jsonWord(_ style: NonfiniteStyle) -> (Double) -> StaticString {
        switch style {
        case .string: { $0.isNaN ? "\"NaN\"" : $0 > 0 ? "\"Infinity\"" : "\"-Infinity\"" }
        case .null: { _ in "null" }
        case .token: { $0.isNaN ? "NaN" : $0 > 0 ? "Infinity" : "-Infinity" }
        }
    }
}

extension ColumnValues {
    /// Appends the value at `index`.
    ///
    /// - Parameter nonfinite: The words for NaN and the infinities; nil for those of CSV.
    @inline(__always)
    func append(_ index: Int, to bytes: inout [UInt8], _ nonfinite: ((Double) -> StaticString)?) {
        switch self {
        case .integers(let values): DecimalText.append(values[index], to: &bytes)
        case .microseconds(let values): ColumnText.append(microseconds: values[index], to: &bytes)
        case .numbers(let values):
            if let nonfinite, !values[index].isFinite {
                nonfinite(values[index]).withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                DecimalText.append(values[index], to: &bytes)
            }
        }
    }
}
