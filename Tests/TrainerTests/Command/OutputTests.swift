import API
import Testing
import Tracking
import Trainer

@Suite("What a program writes")
struct OutputTests {
    private func lines(_ pieces: [(String, Double)], finish: Bool = true) -> [String] {
        var splitter = OutputSplitter()
        var lines = pieces.flatMap { splitter.take(Array($0.0.utf8), at: .milliseconds(Int64($0.1 * 1000))) }
        if finish { lines += splitter.finish() }
        return lines.map(\.logged)
    }

    @Test("lines end with a line feed, with or without a carriage return, and the last one with the output")
    func plain() {
        #expect(lines([("a\nb\r\n\nc", 0)]) == ["a", "b", "", "c"])
        #expect(lines([("a\n", 0)]) == ["a"])
        #expect(lines([]) == [])
    }

    @Test("the same lines come of any cut", arguments: 0...12)
    func cuts(place: Int) {
        let bytes = Array("één\r\nzwei\n3".utf8)
        var splitter = OutputSplitter()
        let lines = splitter.take(bytes[..<place], at: .zero) + splitter.take(bytes[place...], at: .zero)
        #expect((lines + splitter.finish()).map(\.logged) == ["één", "zwei", "3"])
    }

    @Test("of what is written over, one line in two seconds is kept, and the last before the line's end")
    func progress() {
        let bar: [(String, Double)] = (0...50).map { ("\rstep \($0)", Double($0) / 10) }
        #expect(lines(bar + [("\rdone\nnext\n", 5.1)]) == ["step 0", "step 20", "step 40", "done", "next"])
        #expect(lines([("10%\r", 0), ("20%\r", 0.1), ("\n", 0.2)]) == ["10%", "20%"])
    }

    @Test("a bar that stands still is shown after a while")
    func stillness() {
        var splitter = OutputSplitter()
        #expect(splitter.take("a\rb\rc".utf8, at: .zero) == [OutputText("a")])
        #expect(splitter.tick(at: .seconds(1)) == [])
        #expect(splitter.tick(at: .seconds(2)) == [OutputText("b")])
        #expect(splitter.tick(at: .seconds(9)) == [])
        #expect(splitter.finish() == [OutputText("c")])
    }

    @Test("bytes that are no UTF-8 become replacement characters")
    func notText() {
        var splitter = OutputSplitter()
        #expect(splitter.take([0x61, 0xFF, 0xC3, 0x0A], at: .zero) == [OutputText("a\u{FFFD}\u{FFFD}")])
    }

    @Test("a long line is cut, says by how much, and leaves the next one whole")
    func long() {
        let count = OutputText.maximumByteCount
        let found = lines([(String(repeating: "x", count: count + 5) + "\nnext\n", 0)])
        #expect(found == [String(repeating: "x", count: count) + " … (5 bytes left out)", "next"])
        #expect(lines([(String(repeating: "x", count: count) + "\n", 0)]) == [String(repeating: "x", count: count)])
        var splitter = OutputSplitter()
        let noise = splitter.take([UInt8](repeating: 0xFF, count: count) + [0x0A], at: .zero)[0].logged
        #expect(noise.utf8.count < 16_384)
    }

    @Test("a full queue makes the reader wait until lines are taken, and loses none")
    func backPressure() async {
        let queue = OutputQueue()
        let time = Timestamp(rawValue: 1)
        @Sendable func numbers(_ range: Range<Int>) -> [OutputLine] {
            range.map { OutputLine(.standardOutput, "\($0)", at: time) }
        }
        let count = OutputQueue.maximumLineCount
        #expect(queue.put(numbers(0..<count)))
        async let later = withCheckedContinuation { continuation in
            RealThread.run { continuation.resume(returning: queue.put(numbers(count..<count + 10))) }
        }
        var taken: [OutputLine] = []
        while taken.count < count + 10 {
            taken += queue.take(lineCount: 5000, byteCount: 1 << 20)
            await Task.yield()
        }
        #expect(await later)
        #expect(taken == numbers(0..<count + 10))
    }

    @Test("a reader that waits is let go when nobody wants the rest")
    func abandoned() async {
        let queue = OutputQueue()
        let line = OutputLine(.standardError, "x", at: Timestamp(rawValue: 1))
        #expect(queue.put(Array(repeating: line, count: OutputQueue.maximumLineCount)))
        async let later = withCheckedContinuation { continuation in
            RealThread.run { continuation.resume(returning: queue.put([line])) }
        }
        queue.abandon()
        #expect(await later == false)
        #expect(queue.isFinished)
    }
}
