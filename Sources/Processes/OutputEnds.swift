import Foundation

/// The open ends of one output of a process.
struct OutputEnds {
    /// The descriptor that the process writes to.
    let program: Int32
    /// The read end of a pipe; −1 for every other output.
    private(set) var reader: Int32 = -1
    private let isOwned: Bool

    /// Opens what `output` says; `number` is this process's own output of the kind. Other programs that are started do not
    /// hold it open.
    init(_ output: ProgramStart.Output, number: Int32) throws(ProcessError) {
        isOwned = output != .inherited
        switch output {
        case .inherited: program = number
        case .pipe:
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .system("A pipe", errno) }
            (reader, program) = (ends[0], ends[1])
        case .discarded: program = try Self.open("/dev/null")
        case .appended(let file): program = try Self.open(file)
        }
        if isOwned { for file in [program, reader] where file >= 0 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) } }
    }

    /// Closes the program's end; the program has its own.
    func closeProgramEnd() {
        if isOwned { close(program) }
    }

    func closeReader() {
        if reader >= 0 { close(reader) }
    }

    private static func open(_ path: String) throws(ProcessError) -> Int32 {
        let file = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw ProcessError(.output, "The output \(path) cannot be opened: \(String(cString: strerror(errno))).")
        }
        return file
    }
}
