import ArgumentParser
import Foundation
import JSON
import Processes

/// The Python client pivot-tracker as a program: some commands are its own modules, which this program finds and starts.
enum PythonClient {
    /// The Python that has it: PIVOT_PYTHON, else python3.
    private static var python: String { ProcessInfo.processInfo.environment["PIVOT_PYTHON"] ?? "python3" }

    /// Runs `python -m pivot_tracker` with `arguments` and returns its exit status; its output is this program's.
    ///
    /// - Parameter module: The module that must be there.
    /// - Throws: `missing` when there is no Python, or one without the module.
    static func run(_ arguments: [String], needing module: String) async throws -> Int32 {
        switch try await status(of: [python, "-c", "import \(module)"], isQuiet: true) {
        case 0: break
        case 127:
            throw Missing(
                code: "no_python",
                message: "There is no Python called \(python). Install it (apt-get install python3 python3-pip), or "
                    + "set PIVOT_PYTHON to one.")
        default:
            throw Missing(
                code: "no_client",
                message: "\(python) does not have pivot-tracker, or an older one. Install it (\(python) -m pip install "
                    + "tools/python in a checkout of PIVOT), or set PIVOT_PYTHON to another Python.")
        }
        return try await status(of: [python, "-m", "pivot_tracker"] + arguments, isQuiet: false)
    }

    /// What has to be installed first.
    struct Missing: Error {
        let code: String
        let message: String

        /// Says it, as JSON where that is asked for, and ends the command.
        func end(json: Bool) throws -> Never {
            guard json else { throw CommandFailure(.failed, message) }
            Console.standard.printJSON(["error": ["code": .string(code), "message": .string(message)]])
            throw ExitCode(CommandStatus.failed.rawValue)
        }
    }

    /// Runs a program found by PATH and returns its exit status; 127 when there is none.
    private static func status(of arguments: [String], isQuiet: Bool) async throws -> Int32 {
        let output: ProgramStart.Output = isQuiet ? .discarded : .inherited
        let child = try await ChildProcess.start(
            ProgramStart(
                path: "/usr/bin/env", arguments: ["env"] + arguments, attachment: .foreground, output: output,
                error: output))
        // The program has the keys of the terminal: Ctrl-C is for it to end by, and for this one to wait until it has.
        let former = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, former) }
        switch await child.waitUntilExit() {
        case .code(let status): return status
        case .signal(let signal): return 128 + signal
        }
    }
}
