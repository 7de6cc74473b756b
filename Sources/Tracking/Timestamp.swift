/// A moment in UTC with microsecond precision, as the log keeps it.
///
/// Written in RFC 3339 with six decimals and `Z`. Years 0001 to 9999 can be written; others clamp.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// A moment from seconds since 1970; fractions below a microsecond are rounded.
    package init(secondsSince1970 seconds: Double) {
        let limit = 253_402_300_799.0
        let clamped = seconds.isFinite ? min(max(seconds, -62_135_596_800), limit) : 0
        rawValue = Int64((clamped * 1e6).rounded())
    }

    /// Seconds since 1970.
    package var secondsSince1970: Double { Double(rawValue) / 1e6 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }

    /// The time from `earlier` to this moment.
    package func duration(since earlier: Timestamp) -> Duration { .microseconds(rawValue - earlier.rawValue) }

    /// This moment, later by `duration`.
    package func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(rawValue: rawValue + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// RFC 3339: `2026-01-31T23:59:59.123456Z`.
    package var description: String {
        let microseconds = min(max(rawValue, -62_135_596_800_000_000), 253_402_300_799_999_999)
        var seconds = microseconds / 1_000_000
        var fraction = microseconds % 1_000_000
        if fraction < 0 {
            fraction += 1_000_000
            seconds -= 1
        }
        var days = seconds / 86_400
        var secondOfDay = seconds % 86_400
        if secondOfDay < 0 {
            secondOfDay += 86_400
            days -= 1
        }
        let (year, month, day) = Timestamp.date(fromDaysSince1970: days)
        let parts: [(value: Int64, width: Int, sign: StaticString)] = [
            (year, 4, "-"), (month, 2, "-"), (day, 2, "T"), (secondOfDay / 3600, 2, ":"),
            (secondOfDay / 60 % 60, 2, ":"), (secondOfDay % 60, 2, "."), (fraction, 6, "Z"),
        ]
        return String(unsafeUninitializedCapacity: 27) { text in
            var end = 0
            for part in parts {
                var rest = part.value
                for place in (end..<end + part.width).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                end += part.width + 1
                text[end - 1] = part.sign.utf8Start[0]
            }
            return end
        }
    }

    /// Reads RFC 3339 with any offset and up to nine decimals; nil for anything else.
    package init?(_ text: String) {
        var rest = Substring(text)
        func number(_ width: Int) -> Int64? {
            let digits = rest.prefix(width)
            guard digits.utf8.count == width, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            rest = rest.dropFirst(width)
            return Int64(digits)
        }
        func take(_ characters: String) -> Character? {
            guard let first = rest.first, characters.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = number(4), take("-") != nil, let month = number(2), take("-") != nil, let day = number(2),
            take("Tt ") != nil, let hour = number(2), take(":") != nil, let minute = number(2), take(":") != nil,
            let second = number(2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second < 61
        else { return nil }
        var microseconds: Int64 = 0
        if take(".") != nil {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            microseconds = Int64((digits + "000000").prefix(6)) ?? 0
        }
        var offset: Int64 = 0
        if let sign = take("+-") {
            guard let hours = number(2), take(":") != nil, let minutes = number(2) else { return nil }
            offset = (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
        } else if take("Zz") == nil {
            return nil
        }
        guard rest.isEmpty else { return nil }
        let days = Timestamp.daysSince1970(year: year, month: month, day: day)
        rawValue = ((days * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1_000_000) + microseconds
    }

    /// Days between 1970-01-01 and a date of the proleptic Gregorian calendar (Hinnant, *chrono-compatible low-level
    /// date algorithms*).
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(fromDaysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
