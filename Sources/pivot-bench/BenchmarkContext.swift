import Foundation
import Processes

/// The settings that all sections share: how much to measure, where, and with what.
struct BenchmarkContext: Sendable {
    /// True when the whole run is to end within a minute.
    var isQuick: Bool
    /// The number of sessions of scale; nil for all its sizes, and its points.
    var sessionCount: Int?
    /// True when no folder is deleted.
    var keepsFiles: Bool
    /// Bytes of the checkpoints that are sent.
    var checkpointByteCount: Int
    /// The server's executable.
    var server: String
    /// An empty folder on the disk to measure.
    var folder: String
    /// The scripts beside `run`.
    var scripts: String
    /// A Python that has requests; nil to leave its rows out.
    var python: String?
    /// The Python whose packages read and write what is exported; nil for none.
    var exportsPython: String?
    /// A Python that has PyTorch; nil to leave its rows out.
    var torchPython: String?
    /// FastTrackML's program, and a Python that has MLflow; nil to leave their rows out.
    var fastTrackML: String?
    var mlflowPython: String?

    /// The seconds that each load lasts.
    var loadSeconds: Double { isQuick ? 1.5 : 6 }

    /// A new empty folder.
    func freshFolder(_ name: String) throws -> String {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Deletes a folder that a section is done with.
    func remove(_ path: String) throws {
        if !keepsFiles { try FileManager.default.removeItem(atPath: path) }
    }

    /// Tells people what is going on, on standard error.
    func say(_ text: String) { FileHandle.standardError.write(Data("bench: \(text)\n".utf8)) }

    /// The JSON line that a Python script prints last.
    func run(_ python: String, _ script: String, _ arguments: [String]) async throws -> [UInt8] {
        let output = try await CapturedOutput.of(
            ProgramStart(
                path: python, arguments: [python, scripts + "/" + script] + arguments, error: .inherited),
            atMost: 1 << 20, within: .seconds(3600))
        guard let output, output.exit.isSuccess else {
            throw BenchmarkError("\(script) ended with \(output?.exit.description ?? "too much to say").")
        }
        let lines = output.bytes.split(separator: UInt8(ascii: "\n"))
        guard let last = lines.last else { throw BenchmarkError("\(script) printed nothing.") }
        return Array(last)
    }
}
