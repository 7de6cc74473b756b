import EventLog
import LMDB
import Synchronization

/// The disk under a log, as a test wants it: how much room it has, and which operations fail.
final class Faults: FileSystemProbe {
    private let state = Mutex(State())

    private struct State {
        var free = 1 << 40
        var freeAfterwards: Int?
        var operation: Environment.Operation?
        var journalOperation: JournalOperation?
        var code: Int32 = 0
        var failures: [LogFailure] = []
    }

    /// The room there is.
    var free: Int {
        get { state.withLock { $0.free } }
        set { state.withLock { $0.free = newValue } }
    }

    /// The room there is once it was asked for.
    var freeAfterwards: Int? {
        get { state.withLock { $0.freeAfterwards } }
        set { state.withLock { $0.freeAfterwards = newValue } }
    }

    var failure: LogFailure? { state.withLock { $0.failures.last } }
    var failureCount: Int { state.withLock { $0.failures.count } }

    func note(_ failure: LogFailure) { state.withLock { $0.failures.append(failure) } }

    func fail(_ operation: Environment.Operation, with code: Int32) {
        state.withLock { state in
            state.operation = operation
            state.code = code
        }
    }

    func fail(_ operation: JournalOperation, with code: Int32) {
        state.withLock { state in
            state.journalOperation = operation
            state.code = code
        }
    }

    func heal() {
        state.withLock { state in
            state.operation = nil
            state.journalOperation = nil
        }
    }

    func code(for operation: JournalOperation) -> Int32 {
        state.withLock { $0.journalOperation == operation ? $0.code : 0 }
    }

    func code(for operation: Environment.Operation) -> Int32 {
        state.withLock { $0.operation == operation ? $0.code : 0 }
    }

    func freeByteCount(at path: String) throws(StorageError) -> Int {
        state.withLock { state in
            defer { state.free = state.freeAfterwards ?? state.free }
            return state.free
        }
    }
}
