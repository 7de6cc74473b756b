import Foundation
import Tracking

/// Reads both outputs of a program on a thread of its own, so that lines keep the order they came in.
///
/// The order of lines of two pipes is known to what one reading takes; within one pipe it is exact.
struct OutputReader: Sendable {
    private static let pieceByteCount = 1 << 16
    /// The time that it waits for output before it looks whether a progress bar is due, in milliseconds.
    private static let patience: Int32 = 200

    let standardOutput: Int32
    let standardError: Int32
    /// True when lines of standard output may be metrics.
    let readsMetrics: Bool
    let queue: OutputQueue
    let now: @Sendable () -> Timestamp

    /// Reads until both outputs have ended or the queue is abandoned, then closes them and finishes the queue.
    func start() {
        let thread = Thread { [self] in
            read()
            close(standardOutput)
            close(standardError)
            queue.finish()
        }
        thread.name = "output"
        thread.start()
    }

    private func read() {
        let start = ContinuousClock.now
        var files = [
            pollfd(fd: standardOutput, events: Int16(POLLIN), revents: 0),
            pollfd(fd: standardError, events: Int16(POLLIN), revents: 0),
        ]
        var splitters = [OutputSplitter(readsMetrics: readsMetrics), OutputSplitter()]
        let sources = [OutputLine.Source.standardOutput, .standardError]
        var piece = [UInt8](repeating: 0, count: Self.pieceByteCount)
        // A file of −1 is passed over by poll.
        while files.contains(where: { $0.fd >= 0 }) {
            let ready = poll(&files, nfds_t(files.count), Self.patience)
            if ready < 0, errno != EINTR { return }
            let elapsed = ContinuousClock.now - start
            for index in files.indices where files[index].fd >= 0 {
                var lines: [OutputText]
                if ready > 0, files[index].revents != 0 {
                    let count = piece.withUnsafeMutableBytes {
                        Foundation.read(files[index].fd, $0.baseAddress, $0.count)
                    }
                    if count < 0, errno == EINTR || errno == EAGAIN { continue }
                    if count > 0 {
                        lines = splitters[index].take(piece[..<count], at: elapsed)
                    } else {
                        lines = splitters[index].finish()
                        files[index].fd = -1
                    }
                } else {
                    lines = splitters[index].tick(at: elapsed)
                }
                let time = now()
                guard lines.isEmpty || queue.put(lines.map { OutputLine(sources[index], $0, at: time) }) else { return }
            }
            // A quiet queue may be abandoned too.
            if queue.isFinished { return }
        }
    }
}
