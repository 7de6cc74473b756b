import Foundation
import JSON
import Processes

/// A server of its own: started for a section, ended after it.
final class ServerProcess {
    let port: Int
    /// From the process's start to the first answer of `/api/v1/health`.
    let secondsUntilHealthy: Double
    private let process: ChildProcess
    private let output: FileHandle

    /// Starts `executable` on a free port with its data in `folder`; returns once it answers that it is healthy.
    init(_ executable: String, folder: String) async throws {
        let begin = ContinuousClock.now
        process = try await ChildProcess.start(
            ProgramStart(
                path: executable,
                arguments: [
                    executable, "serve", "--port", "0", "--data-dir", folder + "/data", "--config-root", folder,
                    "--log-level", "error",
                ], folder: folder, error: .inherited))
        output = FileHandle(fileDescriptor: process.standardOutput, closeOnDealloc: true)
        var text = ""
        while !text.hasSuffix("\n") {
            let data = output.availableData
            guard !data.isEmpty else { throw BenchmarkError("The server ended before it listened.") }
            text += String(decoding: data, as: UTF8.self)
        }
        let digits = text.reversed().drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let port = Int(String(digits.reversed())) else {
            throw BenchmarkError("The server did not say its port, but: \(text)")
        }
        self.port = port
        let answer = try HTTPConnection(port: port).exchange(HTTPRequest("GET", "/api/v1/health"))
        guard answer.status == 200 else { throw BenchmarkError("The server's health is: \(answer.head)") }
        secondsUntilHealthy = begin.duration(to: .now).seconds
    }

    /// Ends the server with SIGTERM and waits for it.
    func stop() {
        process.signalGroup(SIGTERM)
        let end = DispatchSemaphore(value: 0)
        process.whenEnded { _ in end.signal() }
        end.wait()
    }

    /// Bytes of memory that the server holds now: what no file backs, and all that is resident.
    func memory() throws -> (anonymous: Int, resident: Int) {
        let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        func kibibytes(_ name: String) -> Int {
            for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
                return Int(line.dropFirst(name.count + 1).filter(\.isNumber)) ?? 0
            }
            return 0
        }
        return (kibibytes("RssAnon") * 1024, kibibytes("VmRSS") * 1024)
    }

    /// Seconds of processor time that the server has used.
    func processorSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.id)/stat", encoding: .utf8)
        // The second field, the name in brackets, may hold spaces.
        let fields = text.drop { $0 != ")" }.split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchmarkError("The server's processor time cannot be read.")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Groups of appends that the server brought to disk, and the records in them.
    func written(over connection: HTTPConnection) throws -> (syncs: Int, records: Int) {
        let answer = try connection.exchange(HTTPRequest("GET", "/api/v1/health/detailed"))
        let log = try JSONValue.parse(answer.body)["components"]?["event_log"]
        guard let syncs = log?["syncs"]?.integerValue, let position = log?["position"]?.integerValue else {
            throw BenchmarkError("The health document says nothing of the log.")
        }
        return (Int(syncs), Int(position))
    }

    /// Records that the log holds and the read models do not show yet.
    func projectionLag(over connection: HTTPConnection) throws -> Int {
        let answer = try connection.exchange(HTTPRequest("GET", "/api/v1/health/detailed"))
        let lag = try JSONValue.parse(answer.body)["components"]?["read_models"]?["lag"]?.integerValue
        guard let lag else { throw BenchmarkError("The health document says no lag.") }
        return Int(lag)
    }

    /// The seconds from now until the read models show everything.
    func secondsUntilCaughtUp() throws -> Double {
        let connection = try HTTPConnection(port: port)
        let begin = ContinuousClock.now
        while try projectionLag(over: connection) > 0 {
            guard begin.duration(to: .now).seconds < 60 else {
                throw BenchmarkError("The read models are behind for a minute.")
            }
            usleep(2000)
        }
        return begin.duration(to: .now).seconds
    }
}
