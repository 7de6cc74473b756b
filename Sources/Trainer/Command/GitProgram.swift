import Foundation
import Processes

/// The `git` of this machine, asked in a way that a repository's own settings start no programs.
struct GitProgram: Sendable {
    /// The most that is read of an answer.
    private static let readByteCount = 16 << 20
    private static let time = Duration.seconds(20)

    private let path: String
    private let environment: [String: String]

    /// The git that the PATH of `environment` leads to; nil when it leads to none.
    init?(_ environment: [String: String]) {
        guard let path = AllowedCommands.lookUp("git", in: environment["PATH"] ?? "") else { return nil }
        self.path = path
        var variables = environment.filter { ["PATH", "HOME", "USER", "LANG", "TMPDIR"].contains($0.key) }
        variables["GIT_OPTIONAL_LOCKS"] = "0"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        self.environment = variables
    }

    /// The output of git when called in a folder; nil when it fails, or takes too long.
    func output(_ arguments: [String], in folder: String) async -> Data? {
        let start = ProgramStart(
            path: path,
            arguments: ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager"]
                + arguments,
            environment: environment, folder: folder)
        do throws(ProcessError) {
            let output = try await CapturedOutput.of(start, atMost: Self.readByteCount, within: Self.time)
            return output?.exit.isSuccess == true ? output?.bytes : nil
        } catch {
            return nil
        }
    }

    /// An answer of one line.
    func line(_ arguments: [String], in folder: String) async -> String? {
        await output(arguments, in: folder).map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
    }
}
