import Foundation
import Processes

/// The spool in which a supervised program that uses `pivot-tracker` left what it could not deliver any more.
///
/// Its epochs and checkpoints count only while the attempt has the session, and the program's next attempt continues from
/// them: so they are delivered before the attempt's end is reported. The Python client owns the spool's format, so its own
/// module delivers, with the program's own interpreter when that is a Python.
struct LeftSpool: Sendable {
    /// The longest that one delivery may take.
    private static let time = Duration.seconds(3600)
    private static let outputByteCount = 1 << 20

    private let session: String
    private let program: ProgramStart
    private let root: String?

    /// The spool that `program` left of `session`.
    init(of session: String, _ program: ProgramStart) {
        self.session = session
        self.program = program
        let variables = program.environment ?? [:]
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        let path =
            value("PIVOT_SPOOL_DIR") ?? value("XDG_STATE_HOME").map { $0 + "/pivot/spool" }
            ?? value("HOME").map { $0 + "/.local/state/pivot/spool" }
        root = path.map { $0.hasPrefix("/") ? $0 : program.folder + "/" + $0 }
    }

    /// True while something waits to be delivered.
    var isThere: Bool {
        guard let root, let names = try? FileManager.default.contentsOfDirectory(atPath: root) else { return false }
        return names.contains { $0.hasPrefix(session + "-") }
    }

    /// Delivers it, unless the server cannot be reached.
    ///
    /// - Returns: What the module said, the last lines at most; nil when it could not be run.
    func deliver() async -> String? {
        let name = program.path.split(separator: "/").last ?? ""
        let isPython = name.hasPrefix("python") || name.hasPrefix("pypy")
        let path = isPython ? program.path : AllowedCommands.lookUp("python3", in: program.environment?["PATH"] ?? "")
        guard let path else { return nil }
        var start = program
        start.path = path
        start.arguments = [path, "-m", "pivot_tracker", "sync", "--session", session]
        start.controlGroup = nil
        do throws(ProcessError) {
            let output = try await CapturedOutput.of(start, atMost: Self.outputByteCount, within: Self.time)
            guard let output, output.exit == .code(0) || output.exit == .code(1), !output.bytes.isEmpty else {
                return nil
            }
            let lines = String(decoding: output.bytes, as: UTF8.self).split(separator: "\n")
            return lines.suffix(12).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "; ")
        } catch {
            return nil
        }
    }
}
