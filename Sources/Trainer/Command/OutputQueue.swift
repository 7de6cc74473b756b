import Dispatch
import Synchronization

/// Lines between the thread that reads them and the task that reports them, in their order.
///
/// When it is full the reader waits, and so does the program once its pipe is full: nothing is dropped, also while the
/// server is away, and memory stays bounded: by `maximumByteCount` and what one reading completes, which is at most one
/// line that began earlier (`MetricLine.maximumByteCount`).
package final class OutputQueue: Sendable {
    /// The most lines that wait.
    package static let maximumLineCount = 50_000
    /// The most bytes of text that wait.
    package static let maximumByteCount = 16 << 20

    private struct State {
        var lines: [OutputLine] = []
        var byteCount = 0
        var isFinished = false
        var isAbandoned = false
        var isReaderWaiting = false

        var isFull: Bool { lines.count >= maximumLineCount || byteCount >= maximumByteCount }
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)

    package init() {}

    /// Adds what was read; blocks the calling thread while the queue is full. False when nobody wants more.
    package func put(_ lines: [OutputLine]) -> Bool {
        while true {
            let isAdded: Bool? = state.withLock { state in
                if state.isAbandoned { return false }
                guard !state.isFull else {
                    state.isReaderWaiting = true
                    return nil
                }
                add(lines, to: &state)
                return true
            }
            if let isAdded { return isAdded }
            room.wait()
        }
    }

    /// Adds a line about the program; never waits.
    package func note(_ line: OutputLine) {
        state.withLock { add([line], to: &$0) }
    }

    /// The next lines, at most `lineCount`, and `byteCount` of text unless a single one has more.
    package func take(lineCount: Int, byteCount: Int) -> [OutputLine] {
        let (lines, wakes) = state.withLock { state in
            var count = 0
            var bytes = 0
            while count < min(lineCount, state.lines.count) {
                bytes += state.lines[count].text.utf8.count
                if count > 0, bytes > byteCount { break }
                count += 1
            }
            let taken = Array(state.lines.prefix(count))
            state.lines.removeFirst(count)
            state.byteCount -= taken.reduce(0) { $0 + $1.text.utf8.count }
            let wakes = state.isReaderWaiting && !state.isFull
            if wakes { state.isReaderWaiting = false }
            return (taken, wakes)
        }
        if wakes { room.signal() }
        return lines
    }

    /// Says that nothing more will be read.
    package func finish() { state.withLock { $0.isFinished = true } }

    /// True when everything was read, though perhaps not yet taken.
    package var isFinished: Bool { state.withLock { $0.isFinished } }

    /// Lets the reader go: what it still reads is not wanted.
    package func abandon() {
        let wakes = state.withLock { state in
            state.isAbandoned = true
            state.isFinished = true
            defer { state.isReaderWaiting = false }
            return state.isReaderWaiting
        }
        if wakes { room.signal() }
    }

    private func add(_ lines: [OutputLine], to state: inout State) {
        state.lines += lines
        state.byteCount += lines.reduce(0) { $0 + $1.text.utf8.count }
    }
}
