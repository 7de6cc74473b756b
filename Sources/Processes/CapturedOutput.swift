package import Foundation

/// The bytes that a short program wrote to standard output, and its end.
package struct CapturedOutput: Equatable, Sendable {
    package let bytes: Data
    package let exit: ProcessExit

    /// Runs a program to its end and keeps what it writes.
    ///
    /// - Parameters:
    ///   - byteCount: The most it may write; with more it is killed.
    ///   - time: The longest it may run; then it is killed.
    /// - Returns: nil when it was killed for one of these reasons.
    package static func of(
        _ start: ProgramStart, atMost byteCount: Int, within time: Duration
    ) async throws(ProcessError) -> CapturedOutput? {
        let child = try await ChildProcess.start(start)
        let bytes: Data? = await withCheckedContinuation { continuation in
            let thread = Thread {
                let bytes = read(child, atMost: byteCount, until: .now + time)
                close(child.standardOutput)
                close(child.standardError)
                continuation.resume(returning: bytes)
            }
            thread.name = "capture"
            thread.start()
        }
        if bytes == nil { child.signalGroup(SIGKILL) }
        let exit = await child.waitUntilExit()
        child.signalGroup(SIGKILL)
        return bytes.map { CapturedOutput(bytes: $0, exit: exit) }
    }

    private static func read(
        _ child: ChildProcess, atMost byteCount: Int, until end: ContinuousClock.Instant
    ) -> Data? {
        var files = [
            pollfd(fd: child.standardOutput, events: Int16(POLLIN), revents: 0),
            pollfd(fd: child.standardError, events: Int16(POLLIN), revents: 0),
        ]
        var result = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while files.contains(where: { $0.fd >= 0 }) {
            if ContinuousClock.now >= end { return nil }
            guard poll(&files, nfds_t(files.count), 100) > 0 else { continue }
            for index in files.indices where files[index].fd >= 0 && files[index].revents != 0 {
                let count = piece.withUnsafeMutableBytes { Foundation.read(files[index].fd, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    files[index].fd = -1
                } else if index == 0 {
                    result.append(contentsOf: piece[..<count])
                    if result.count > byteCount { return nil }
                }
            }
        }
        return result
    }
}
