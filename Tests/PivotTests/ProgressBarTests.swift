import Testing
import TrackingClient
import pivot

@Suite struct ProgressBarTests {
    @Test("A bar is filled to an eighth of a column")
    func bar() {
        #expect(ProgressBar.bar(0, columns: 4) == "░░░░")
        #expect(ProgressBar.bar(0.5, columns: 4) == "██░░")
        #expect(ProgressBar.bar(0.59375, columns: 4) == "██▍░")
        #expect(ProgressBar.bar(1, columns: 4) == "████")
    }

    @Test("A line has label, bar, share and detail")
    func line() {
        #expect(
            ProgressBar.line(label: "epoch 4/10", share: 0.34, detail: "val_loss 0.455", width: 50)
                == "epoch 4/10 █████▍░░░░░░░░░░  34 %  val_loss 0.455")
    }

    @Test("A line is never wider than the terminal, whatever it holds", arguments: 1...120)
    func fits(width: Int) {
        for share in [0, 0.3, 0.999, 1, .nan, -1, 7] {
            let line = ProgressBar.line(label: "checkpoint 中文", share: share, detail: "12 MB of 99 MB", width: width)
            #expect(DisplayText.width(line) <= width)
        }
    }

    @Test("A transfer shows bytes, and rate and time left once they are known")
    func transfer() {
        let progress = TransferProgress(byteCount: 25_000_000, totalByteCount: 100_000_000)
        #expect(
            TransferMeter.line("ckpt_1", progress, elapsed: .milliseconds(200), width: 60)
                .hasSuffix(" 25 %  25.0 MB of 100 MB"))
        #expect(
            TransferMeter.line("ckpt_1", progress, elapsed: .seconds(5), width: 80)
                .hasSuffix(" 25 %  25.0 MB of 100 MB, 5.00 MB/s, 15 s left"))
        let none = TransferProgress(byteCount: 0, totalByteCount: 0)
        #expect(TransferMeter.line("a", none, elapsed: .zero, width: 80).contains("100 %"))
    }

    @Test("A sparkline shows lows and highs, and leaves out what is not finite")
    func sparkline() {
        #expect(MetricPresentation.sparkline([0, 1, 2, 3, 4, 5, 6, 7], columns: 8) == "▁▂▃▄▅▆▇█")
        #expect(MetricPresentation.sparkline([1, .nan, 3, .infinity], columns: 8) == "▁█")
        #expect(MetricPresentation.sparkline([2, 2, 2], columns: 8) == "▅▅▅")
        #expect(MetricPresentation.sparkline([1], columns: 8) == "")
        #expect(MetricPresentation.sparkline((0..<1000).map(Double.init), columns: 4) == "▁▃▆█")
    }
}
