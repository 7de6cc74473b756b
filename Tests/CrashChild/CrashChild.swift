import EventLog
import Glibc
import Synchronization
import Tracking

/// Appends the workload to a log and says on the standard output what was acknowledged, until it is killed: by itself at
/// the nth time it reaches a failure point, or by its parent.
///
/// Arguments: the data directory, the failure point's name or `none`, and how often it is reached before the end; then
/// `redact` or `compact` for a log that is there, instead of the workload.
@main
struct CrashChild {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard (4...5).contains(arguments.count), let times = Int(arguments[3]) else {
            say("usage: crash-child <data directory> <failure point> <times>")
            exit(64)
        }
        let end = FailurePoint(rawValue: arguments[2])
        let remaining = Countdown(times)
        var options = EventLogOptions()
        options.bounds.indexCount = 10
        options.bounds.treeStepCount = 50
        options.bounds.unflushedCount = 5
        options.reach = { point in
            if point == end, remaining.isOver() { kill(getpid(), SIGKILL) }
        }
        do {
            switch arguments.dropFirst(4).first {
            case "redact": try await redact(in: arguments[1], options)
            case "compact":
                _ = try await LogCompaction(
                    in: DataDirectory(path: arguments[1], address: "crash-child"), options: options
                ).run()
            default: try await append(to: arguments[1], options)
            }
        } catch {
            write(STDERR_FILENO, "\(error)\n", "\(error)\n".utf8.count)
            exit(1)
        }
    }

    private static func append(to path: String, _ options: EventLogOptions) async throws {
        let directory = try DataDirectory(path: path, address: "crash-child")
        let store = try LMDBEventStore(in: directory, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<CrashWorkload.producerCount {
                group.addTask {
                    for index in 0..<CrashWorkload.commandCount {
                        let result = try await store.append(CrashWorkload.request(of: producer, at: index))
                        say("\(producer) \(index) \(result.first) \(result.count)")
                    }
                }
            }
            try await group.waitForAll()
        }
        await store.close()
        say("done")
    }

    /// Takes the content out of every record of telemetry, in one append.
    private static func redact(in path: String, _ options: EventLogOptions) async throws {
        let directory = try DataDirectory(path: path, address: "crash-child")
        let store = try LMDBEventStore(in: directory, options: options)
        let result = try await store.append(try await CrashRedaction.request(in: store))
        say("redacted by \(result.first)")
        await store.close()
    }

    /// Writes a line at once.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        write(STDOUT_FILENO, bytes, bytes.count)
    }
}

/// Counts how often a failure point is still passed.
private final class Countdown: Sendable {
    private let remaining: Atomic<Int>

    init(_ times: Int) { remaining = Atomic(times) }

    /// Whether this was the last time.
    func isOver() -> Bool { remaining.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0 }
}
