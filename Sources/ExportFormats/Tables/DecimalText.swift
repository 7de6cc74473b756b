/// Numbers as text.
package enum DecimalText {
    package static func append(_ integer: Int64, to bytes: inout [UInt8]) {
        var magnitude = integer.magnitude
        if integer < 0 { bytes.append(UInt8(ascii: "-")) }
        if magnitude < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(magnitude)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            while magnitude > 0 {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            }
            bytes.append(contentsOf: digits[first...])
        }
    }

    /// The shortest text that reads back as the same number; `NaN`, `inf` and `-inf`.
    package static func append(_ number: Double, to bytes: inout [UInt8]) {
        if number.isNaN {
            bytes.append(contentsOf: "NaN".utf8)
        } else {
            bytes.append(contentsOf: number.description.utf8)
        }
    }
}
