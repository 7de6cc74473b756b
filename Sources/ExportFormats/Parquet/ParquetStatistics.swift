/// The least and the greatest value of a column in a row group, by which readers pass over groups; both in Parquet's plain form.
///
/// There are none when a value is NaN: readers disagree on whether it is greater than all others, and a group must never be
/// passed over by one for which it counts. Zeros become -0.0 as the least and 0.0 as the greatest, since writers may have meant
/// either (apache/parquet-format, `parquet.thrift`, ColumnOrder).
package struct ParquetStatistics {
    package private(set) var nullCount = 0
    private var numbers: (least: Double, greatest: Double)?
    private var integers: (least: Int64, greatest: Int64)?
    private var texts: (least: [UInt8], greatest: [UInt8])?
    private var hasNaN = false

    /// The longest text that a bound may have: readers compare by no more, and a greatest one cut short would be wrong.
    private static let maximumTextByteCount = 256

    mutating func addNulls(_ count: Int) { nullCount += count }

    package init() {}

    package mutating func add(_ number: Double) {
        if number.isNaN {
            hasNaN = true
        } else if let (least, greatest) = numbers {
            if number < least { numbers?.least = number }
            if number > greatest { numbers?.greatest = number }
        } else {
            numbers = (number, number)
        }
    }

    mutating func add(_ integer: Int64) {
        guard let (least, greatest) = integers else { return integers = (integer, integer) }
        if integer < least { integers?.least = integer }
        if integer > greatest { integers?.greatest = integer }
    }

    /// `text` need only be added once, however often it occurs.
    mutating func add(_ text: [UInt8]) {
        guard let (least, greatest) = texts else { return texts = (text, text) }
        if text.lexicographicallyPrecedes(least) { texts?.least = text }
        if greatest.lexicographicallyPrecedes(text) { texts?.greatest = text }
    }

    /// Nil when nothing may be said.
    package var bounds: (least: [UInt8], greatest: [UInt8])? {
        if let texts {
            let longest = max(texts.least.count, texts.greatest.count)
            return longest <= Self.maximumTextByteCount ? (texts.least, texts.greatest) : nil
        }
        if let integers { return (Self.plain(integers.least), Self.plain(integers.greatest)) }
        guard let numbers, !hasNaN else { return nil }
        return (
            Self.plain(Int64(bitPattern: (numbers.least == 0 ? -0.0 : numbers.least).bitPattern)),
            Self.plain(Int64(bitPattern: (numbers.greatest == 0 ? 0.0 : numbers.greatest).bitPattern))
        )
    }

    private static func plain(_ integer: Int64) -> [UInt8] { withUnsafeBytes(of: integer.littleEndian) { Array($0) } }
}
