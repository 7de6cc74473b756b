import CProcess
import Dispatch
import Foundation
import Synchronization

/// A program that was started. Its signals have their defaults, and of what this process has open it gets nothing but its
/// input and outputs.
///
/// The signal by which the kernel kills a supervised program belongs to the thread that forks, so each child has a thread
/// that starts it, waits for its end, and then keeps its id from being used again as long as this object lives.
/// swift-subprocess starts programs from threads of its own that may end earlier, which is why it is not used here.
package final class ChildProcess: Sendable {
    /// The process's id, which is its group's and its session's too unless it is in the foreground.
    package let id: Int32
    /// The read ends of its outputs that are pipes, else −1. Whoever reads them closes them.
    package let standardOutput: Int32
    package let standardError: Int32
    private let ending: Ending

    /// The end of a process and those who wait for it.
    private final class Ending: Sendable {
        let state = Mutex<(exit: ProcessExit?, waiting: [@Sendable (ProcessExit) -> Void])>((nil, []))
        let release = DispatchSemaphore(value: 0)

        func arrive(_ exit: ProcessExit) {
            let waiting = state.withLock { state in
                state.exit = exit
                defer { state.waiting = [] }
                return state.waiting
            }
            for tell in waiting { tell(exit) }
        }
    }

    private init(id: Int32, output: Int32, error: Int32, ending: Ending) {
        self.id = id
        standardOutput = output
        standardError = error
        self.ending = ending
    }

    deinit { ending.release.signal() }

    /// Starts a program; returns once it runs.
    /// - Throws: when it cannot be executed, its folder cannot be entered, a file of its output cannot be opened, or the
    ///   system has no room.
    package static func start(_ start: ProgramStart) async throws(ProcessError) -> ChildProcess {
        let output = try OutputEnds(start.output, number: 1)
        let error: OutputEnds
        do throws(ProcessError) {
            error = try OutputEnds(start.error, number: 2)
        } catch {
            output.closeProgramEnd()
            output.closeReader()
            throw error
        }
        let ending = Ending()
        let result: Result<Int32, ProcessError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                let spawned = spawn(start, output: output.program, error: error.program)
                output.closeProgramEnd()
                error.closeProgramEnd()
                continuation.resume(returning: spawned)
                guard case .success(let id) = spawned else { return }
                var (code, number): (Int32, Int32) = (-1, -1)
                let failure = pivot_wait(id, &code, &number)
                precondition(failure == 0, "a child of this process is reaped by its own thread only")
                ending.arrive(code >= 0 ? .code(code) : .signal(number))
                ending.release.wait()
                while waitpid(id, nil, 0) < 0, errno == EINTR {}
            }
            thread.name = "child"
            thread.start()
        }
        switch result {
        case .success(let id): return ChildProcess(id: id, output: output.reader, error: error.reader, ending: ending)
        case .failure(let failure):
            output.closeReader()
            error.closeReader()
            throw failure
        }
    }

    /// Its end, once it has ended.
    package var exit: ProcessExit? { ending.state.withLock { $0.exit } }

    /// Returns once the process has ended; also in a cancelled task, since nothing may be left behind.
    package func waitUntilExit() async -> ProcessExit {
        await withCheckedContinuation { continuation in whenEnded { continuation.resume(returning: $0) } }
    }

    /// Returns once the process has ended, or nil once the calling task is cancelled; the process lives on then.
    package func exitUnlessCancelled() async -> ProcessExit? {
        let (exits, continuation) = AsyncStream<ProcessExit>.makeStream()
        whenEnded { continuation.yield($0) }
        return await exits.first { _ in true } ?? exit
    }

    /// Calls `tell` once the process has ended: at once, or on a thread of the process's own, where it must not wait.
    package func whenEnded(_ tell: @escaping @Sendable (ProcessExit) -> Void) {
        let exit = ending.state.withLock { state in
            if state.exit == nil { state.waiting.append(tell) }
            return state.exit
        }
        if let exit { tell(exit) }
    }

    /// Sends a signal to the whole group that the process leads; not for one in the foreground.
    package func signalGroup(_ number: Int32) {
        // Fails only for a group without members, which is what is wanted.
        _ = kill(-id, number)
    }

    private static func spawn(_ start: ProgramStart, output: Int32, error: Int32) -> Result<Int32, ProcessError> {
        var arguments = start.arguments.map { strdup($0) }
        arguments.append(nil)
        var variables = (start.environment ?? [:]).sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
        variables.append(nil)
        defer { for pointer in arguments + variables { free(pointer) } }
        var (failure, isFolder): (Int32, Int32) = (0, 0)
        let id = pivot_spawn(
            start.path, arguments, start.environment == nil ? nil : variables, start.folder, start.controlGroup,
            output, error,
            start.attachment == .foreground ? 0 : 1, start.attachment == .supervised ? 1 : 0, &failure, &isFolder)
        guard id < 0 else { return .success(id) }
        let reason = String(cString: strerror(failure))
        if isFolder != 0 {
            return .failure(
                ProcessError(
                    .folder,
                    "The folder \(start.folder) cannot be entered: \(reason). Create it, or choose another."))
        }
        switch failure {
        case EAGAIN, ENOMEM, EMFILE, ENFILE: return .failure(.system(start.path, failure))
        case E2BIG:
            return .failure(
                ProcessError(
                    .notExecutable, "\(start.path) cannot be started: its arguments and environment are too long."))
        default:
            return .failure(
                ProcessError(
                    .notExecutable,
                    "\(start.path) cannot be started: \(reason). Check that the file exists, that this user may execute it "
                        + "(chmod +x), and that the interpreter of its first line exists."))
        }
    }
}

extension ProcessError {
    /// The system has no room for a thing, as the error number `code` says.
    static func system(_ thing: String, _ code: Int32) -> ProcessError {
        ProcessError(
            .system,
            "\(thing) cannot be started: \(String(cString: strerror(code))). Free memory, processes or open files.")
    }
}
