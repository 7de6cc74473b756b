import Foundation
import JSON
import Processes

/// Another tracker's server that speaks MLflow's REST API, with an SQLite file of its own in a folder.
final class PeerProcess {
    /// The trackers that PIVOT is measured beside.
    enum Kind: String, Sendable {
        case fastTrackML = "FastTrackML"
        case mlflow = "MLflow"
    }

    let kind: Kind
    let port: Int
    private let process: ChildProcess

    /// Starts the program at `path`; returns once it answers.
    init(_ kind: Kind, program path: String, folder: String) async throws {
        self.kind = kind
        port = try Self.freePort()
        let arguments =
            switch kind {
            case .fastTrackML:
                [
                    path, "server", "-a", "127.0.0.1:\(port)", "-d", "sqlite://\(folder)/peer.db",
                    "--default-artifact-root", folder, "-l",
                    "error",
                ]
            case .mlflow:
                [
                    path, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "\(port)", "--workers", "2",
                    "--backend-store-uri", "sqlite:///\(folder)/peer.db", "--artifacts-destination", folder,
                ]
            }
        process = try await ChildProcess.start(
            ProgramStart(path: path, arguments: arguments, folder: folder, output: .discarded, error: .discarded))
        let begin = ContinuousClock.now
        while try await !isHealthy() {
            guard begin.duration(to: .now).seconds < 120 else {
                stop()
                throw BenchmarkError("\(kind.rawValue) is not healthy after two minutes.")
            }
        }
    }

    /// Ends the server and waits for it.
    func stop() {
        process.signalGroup(SIGTERM)
        let end = DispatchSemaphore(value: 0)
        process.whenEnded { _ in end.signal() }
        end.wait()
    }

    private func isHealthy() async throws -> Bool {
        do {
            return try HTTPConnection(port: port).exchange(HTTPRequest("GET", "/health")).status == 200
        } catch is BenchmarkError {
            try await Task.sleep(for: .milliseconds(50))
            return false
        }
    }

    /// A port that nobody has at this moment.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw BenchmarkError.system("socket", errno) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let answer = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard answer == 0 else { throw BenchmarkError.system("finding a free port", errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
