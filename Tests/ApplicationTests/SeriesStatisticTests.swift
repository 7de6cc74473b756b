import Application
import Testing
import Tracking

/// What is made of curves before they are drawn.
@Suite("Curves that are drawn")
struct SeriesStatisticTests {
    @Test("the smoothed curve is TensorBoard's: without the pull of a beginning at zero")
    func smoothing() {
        var average = ExponentialAverage(weight: 0.6)
        // By hand: 0.4·1 / 0.4, (0.6·0.4 + 0.4·2) / 0.64, (0.6·1.04 + 0.4·4) / 0.784.
        let expected = [1, 1.04 / 0.64, 2.224 / 0.784]
        for (value, smoothed) in zip([1.0, 2, 4], expected) {
            #expect(abs(average.next(value) - smoothed) < 1e-15)
        }
        var flat = ExponentialAverage(weight: 0)
        #expect([3.0, -1, 7].map { flat.next($0) } == [3, -1, 7])
    }

    @Test("NaN and the infinities are drawn as they are and change nothing that follows")
    func nonfinite() {
        var (with, without) = (ExponentialAverage(weight: 0.9), ExponentialAverage(weight: 0.9))
        #expect(with.next(1) == without.next(1))
        #expect(with.next(.nan).isNaN)
        #expect(with.next(-.infinity) == -.infinity)
        #expect(with.next(5) == without.next(5))
    }

    @Test("statistics are those of the values")
    func statistics() {
        let values = [1.0, 2, 4, 9]
        #expect(SeriesStatistic.allCases.map { $0.of(values) } == [4, (38.0 / 3).squareRoot(), 1, 9, 3, 4])
        #expect(SeriesStatistic.std.of([5]).isNaN)
        #expect(SeriesStatistic.median.of([1, 3, 8]) == 3)
        #expect(SeriesStatistic.median.of([1e308, 1.5e308]) == 1.25e308)
    }

    @Test(
        "a star in a pattern stands for any characters",
        arguments: [
            ("loss", "loss", true), ("loss", "val_loss", false), ("*", "", true), ("val_*", "val_loss", true),
            ("val_*", "val", false), ("*/loss", "a/b/loss", true), ("a*b*c", "aXbYbZc", true), ("a*b*c", "abb", false),
            ("a*a", "a", false), ("a*a", "aa", true), ("ä*ü", "äöü", true), ("**", "x", true), ("L*", "loss", false),
            ("*a*a*", "banana", true), ("*ab*ab", "ab", false), ("", "", true), ("", "a", false),
        ])
    func patterns(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }
}
