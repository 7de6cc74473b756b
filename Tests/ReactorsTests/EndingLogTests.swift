import Application
import Logging
import Reactors
import Synchronization
import Testing
import TrackerTesting
import Tracking

@Suite("Ending log")
struct EndingLogTests {
    /// Keeps what is logged.
    private struct Lines: LogHandler {
        final class Kept: Sendable {
            let texts = Mutex<[String]>([])
        }

        let kept: Kept
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let reason = event.metadata?["reason"].map { ", \($0)" } ?? ""
            kept.texts.withLock { $0.append("\(event.level): \(event.message)\(reason)") }
        }
    }

    @Test("each ending is told once, with its reason; what ended before is not")
    func endings() async throws {
        try await TestTracker.run { test in
            let kept = Lines.Kept()
            let (before, _) = try await test.running("before")
            _ = try await test.tracker.sessions.stop(before, wait: .zero, as: TestTracker.command("stop before"))
            let logger = Logger(label: "test") { _ in Lines(kept: kept) }
            try await ReactorDriver.run(EndingLog(test.core, logger: logger), test.store) { driver in
                let (first, token) = try await test.running("first")
                try await test.finish(first, token, .failed(message: "no room"), as: "fail")
                let (second, other) = try await test.running("second")
                try await test.finish(second, other, as: "complete")
                try await driver.catchUp()
                #expect(
                    kept.texts.withLock { $0 } == [
                        "warning: A session has failed., no room", "info: A session has completed.",
                    ])
            }
        }
    }
}
