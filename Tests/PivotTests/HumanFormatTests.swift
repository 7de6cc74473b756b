import Testing
import Tracking
import pivot

@Suite struct HumanFormatTests {
    @Test(
        "Sizes have three digits and the unit that fits",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1.00 kB"), (1_403_904, "1.40 MB"), (9_994_000, "9.99 MB"),
            (9_996_000, "10.0 MB"), (99_960_000, "100 MB"), (999_400_000, "999 MB"), (999_600_000, "1.00 GB"),
            (Int64.max, "9.22 EB"),
        ])
    func sizes(byteCount: Int64, expected: String) {
        #expect(HumanFormat.size(byteCount) == expected)
    }

    @Test(
        "Durations have at most two units",
        arguments: [
            (0, "0.0 s"), (0.84, "0.8 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
            (187, "3 min 07 s"), (7_500, "2 h 05 min"), (356_400, "4 d 03 h"), (-5, "0.0 s"),
        ])
    func durations(seconds: Double, expected: String) {
        #expect(HumanFormat.duration(.seconds(seconds)) == expected)
    }

    @Test(
        "Moments within a day are ages, others dates",
        arguments: [
            (0, "now"), (-30, "now"), (12, "12 s ago"), (300, "5 min ago"), (7_200, "2 h ago"),
            (90_000, "2026-01-04 10:00"), (-120, "2026-01-05 11:02"),
        ])
    func moments(age: Int, expected: String) throws {
        let now = try #require(Timestamp("2026-01-05T10:00:00Z"))
        let time = now.advanced(by: .seconds(-age))
        #expect(HumanFormat.moment(time, now: now, offset: 3_600) == expected)
    }

    @Test(
        "Metrics have four significant digits",
        arguments: [
            (0, "0"), (0.234567, "0.2346"), (0.001, "0.001000"), (1.5, "1.500"), (12.3, "12.30"), (123.456, "123.5"),
            (999_999, "999999"), (1e-5, "1.000e-05"), (-2.5e7, "-2.500e+07"), (.nan, "NaN"), (.infinity, "∞"),
            (-.infinity, "-∞"), (0.99996, "1.000"), (9.99951, "10.00"), (999_999.6, "1.000e+06"),
            (0.00099999, "0.001000"),
        ])
    func numbers(value: Double, expected: String) {
        #expect(HumanFormat.number(value) == expected)
    }

    @Test("All is done only at the end")
    func percent() {
        #expect(
            [0, 0.004, 0.344, 0.9999, 1, 1.5, -1, .nan].map(HumanFormat.percent) == [
                "0 %", "0 %", "34 %", "99 %", "100 %", "100 %", "0 %", "0 %",
            ])
    }
}
