import CProcess
import Dispatch
import Foundation
import Synchronization

/// A program that runs in a session and process group of its own, and does not outlive this process: the kernel kills it
/// when this process is gone, however it went.
///
/// That death signal belongs to the thread that forks, so each child has a thread that starts it, waits for its end, and
/// then keeps its id from being used again until `release`. swift-subprocess starts programs from threads of its own that
/// may end earlier, which is why it is not used here.
package final class ChildProcess: Sendable {
    /// The process's id, which is its group's and its session's too.
    package let id: Int32
    /// The read ends of its output. Whoever reads them closes them.
    package let standardOutput: Int32
    package let standardError: Int32
    private let ending: Ending

    /// The end of a process and those who wait for it.
    private final class Ending: Sendable {
        let state = Mutex<(exit: ProcessExit?, waiting: [CheckedContinuation<ProcessExit, Never>])>((nil, []))
        let release = DispatchSemaphore(value: 0)

        func arrive(_ exit: ProcessExit) {
            let waiting = state.withLock { state in
                state.exit = exit
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume(returning: exit) }
        }
    }

    private init(id: Int32, output: Int32, error: Int32, ending: Ending) {
        self.id = id
        standardOutput = output
        standardError = error
        self.ending = ending
    }

    /// Starts a program; returns once it runs.
    /// - Throws: when it cannot be executed, its folder cannot be entered, or the system has no room.
    package static func start(_ start: ProgramStart) async throws(ProcessError) -> ChildProcess {
        var output: [Int32] = [-1, -1]
        var error: [Int32] = [-1, -1]
        guard pipe(&output) == 0 else { throw systemError("A pipe for \(start.path)", errno) }
        guard pipe(&error) == 0 else {
            for file in output { close(file) }
            throw systemError("A pipe for \(start.path)", errno)
        }
        // Another child of this process must not hold the ends open.
        for file in output + error { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        let ending = Ending()
        let (reads, writes) = ((output[0], error[0]), (output[1], error[1]))
        let result: Result<Int32, ProcessError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                let spawned = spawn(start, output: writes.0, error: writes.1)
                close(writes.0)
                close(writes.1)
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
        case .success(let id): return ChildProcess(id: id, output: reads.0, error: reads.1, ending: ending)
        case .failure(let error):
            close(reads.0)
            close(reads.1)
            throw error
        }
    }

    /// How it ended, if it has.
    package var exit: ProcessExit? { ending.state.withLock { $0.exit } }

    /// Returns once the process has ended; also in a cancelled task, since nothing may be left behind.
    package func waitUntilExit() async -> ProcessExit {
        await withCheckedContinuation { continuation in
            let exit = ending.state.withLock { state in
                if state.exit == nil { state.waiting.append(continuation) }
                return state.exit
            }
            if let exit { continuation.resume(returning: exit) }
        }
    }

    /// Sends a signal to the process's whole group. To be called before `release` only.
    package func signalGroup(_ number: Int32) {
        // Fails only for a group without members, which is what is wanted.
        _ = kill(-id, number)
    }

    /// Gives the ended process's id back to the system; to be called once, after its end.
    package func release() { ending.release.signal() }

    private static func spawn(_ start: ProgramStart, output: Int32, error: Int32) -> Result<Int32, ProcessError> {
        var arguments = start.arguments.map { strdup($0) }
        arguments.append(nil)
        var environment = start.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
        environment.append(nil)
        defer { for pointer in arguments + environment { free(pointer) } }
        var (failure, isFolder): (Int32, Int32) = (0, 0)
        let id = pivot_spawn(
            start.path, arguments, environment, start.folder, output, error, &failure, &isFolder)
        guard id < 0 else { return .success(id) }
        let reason = String(cString: strerror(failure))
        if isFolder != 0 {
            return .failure(
                ProcessError(
                    .folder,
                    "The folder \(start.folder) cannot be entered: \(reason). Make it, or name another one."))
        }
        switch failure {
        case EAGAIN, ENOMEM, EMFILE, ENFILE: return .failure(systemError(start.path, failure))
        case E2BIG:
            return .failure(
                ProcessError(
                    .notExecutable, "\(start.path) cannot be started: its arguments and environment are too long."))
        default:
            return .failure(
                ProcessError(
                    .notExecutable,
                    "\(start.path) cannot be started: \(reason). Check that the file is there, that this user may execute it "
                        + "(chmod +x), and that the interpreter of its first line exists."))
        }
    }

    private static func systemError(_ thing: String, _ code: Int32) -> ProcessError {
        ProcessError(
            .system,
            "\(thing) cannot be started: \(String(cString: strerror(code))). Free memory, processes or open files.")
    }
}
