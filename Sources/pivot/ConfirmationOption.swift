import ArgumentParser
import Foundation

/// The question before something is removed for good.
struct ConfirmationOption: ParsableArguments {
    @Flag(help: "Do not ask.")
    var yes = false

    init() {}

    /// Asks at the terminal, unless `--yes` was given.
    ///
    /// - Throws: `CommandFailure` when the answer is not yes, or nobody can be asked.
    func ask(_ question: String) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(.usage, "\(question) This cannot be undone: add --yes to confirm it.")
        }
        FileHandle.standardError.write(Data("\(question) This cannot be undone. [y/N] ".utf8))
        guard let answer = readLine()?.lowercased(), ["y", "yes"].contains(answer) else {
            throw CommandFailure(.failed, "Nothing was removed.")
        }
    }
}
