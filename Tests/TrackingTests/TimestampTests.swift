import Foundation
import Testing
import Tracking

@Suite("Moments")
struct TimestampTests {
    @Test(
        "are written as RFC 3339 and read back exactly",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_709_164_799_999_999, "2024-02-28T23:59:59.999999Z"),
            (1_709_251_199_000_001, "2024-02-29T23:59:59.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        ])
    func text(microseconds: Int, text: String) {
        #expect(Timestamp(rawValue: Int64(microseconds)).description == text)
        #expect(Timestamp(text) == Timestamp(rawValue: Int64(microseconds)))
    }

    @Test("agree with Foundation's calendar over four centuries", arguments: 0..<200)
    func calendar(seed: Int) {
        let seconds = Double((seed &* 7_919_777_777) % 12_622_780_800) - 2_000_000_000
        let formatter = ISO8601DateFormatter()
        let expected = formatter.string(from: Date(timeIntervalSince1970: seconds)).dropLast() + ".000000Z"
        #expect(Timestamp(secondsSince1970: seconds).description == expected)
    }

    @Test("are read with offsets and fractions, and nothing else is read")
    func reading() {
        #expect(Timestamp("2026-11-23T12:00:00+02:00") == Timestamp("2026-11-23T10:00:00Z"))
        #expect(
            Timestamp("2026-11-23T12:00:00.5Z")?.rawValue
                == (Timestamp("2026-11-23T12:00:00Z")?.rawValue).map { $0 + 500_000 })
        for text in [
            "", "2026", "2026-13-01T00:00:00Z", "2026-11-23T12:00:00", "2026-11-23T25:00:00Z", "x2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00Zx",
        ] {
            #expect(Timestamp(text) == nil)
        }
    }
}
