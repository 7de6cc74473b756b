import Foundation

/// A secret that is handed over on standard input, since arguments are seen by all users of a machine and kept by shells.
enum SecretInput {
    /// The one line that standard input has; at a terminal it is asked for and not shown.
    ///
    /// - Throws: `CommandFailure` when it is empty, or something follows it.
    static func read() throws(CommandFailure) -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        guard let line = isTerminal ? hiddenLine() : readLine(), !line.isEmpty else {
            throw CommandFailure(
                .usage, "--secret-stdin found no secret on standard input. Write it there as one line.")
        }
        guard isTerminal || readLine() == nil else {
            throw CommandFailure(.usage, "--secret-stdin takes one line, and standard input has more.")
        }
        return line
    }

    private static func hiddenLine() -> String? {
        FileHandle.standardError.write(Data("Secret: ".utf8))
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { return readLine() }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return readLine()
    }
}
