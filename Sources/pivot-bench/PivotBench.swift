import ArgumentParser
import Foundation
import TensorEngine

/// `pivot-bench`: measures PIVOT on this machine and prints a table; see tools/bench/run.
@main
struct PivotBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pivot-bench",
        abstract: "Measure PIVOT on this machine.",
        discussion: "Targets that are missed are said in the table; they are no failure.")

    @Option(help: ArgumentHelp("Measure only this; may be repeated.", valueName: "name"))
    var only: [Section] = []

    @Flag(help: "Take less than a minute, with smaller amounts.")
    var quick = false

    @Option(help: ArgumentHelp("Of scale, measure only this many sessions.", valueName: "count"))
    var sessions: Int?

    @Flag(help: "Send checkpoints of 1 GiB instead of 256 MiB.")
    var full = false

    @Option(help: ArgumentHelp("Write the figures as JSON.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write the table, which is printed as well.", valueName: "file"))
    var markdown: String?

    @Option(
        help: ArgumentHelp("A folder on the disk to measure; a folder in it is made and deleted.", valueName: "folder"))
    var folder: String = FileManager.default.temporaryDirectory.path

    @Flag(help: "Leave the files that were written, to look into them.")
    var keep = false

    @Option(help: ArgumentHelp("The server's executable.", valueName: "file"))
    var server: String = ".build/release/pivot"

    @Option(help: ArgumentHelp("The folder of the Python scripts.", valueName: "folder"))
    var scripts: String = "tools/bench"

    @Option(
        name: .customLong("exports-python"),
        help: ArgumentHelp("A Python that has tensorboardX, TensorBoard and pandas.", valueName: "file"))
    var exportsPython: String?

    @Option(help: ArgumentHelp("A Python that has requests.", valueName: "file"))
    var python: String?

    @Option(name: .customLong("torch-python"), help: ArgumentHelp("A Python that has PyTorch.", valueName: "file"))
    var torchPython: String?

    @Option(name: .customLong("fasttrackml"), help: ArgumentHelp("FastTrackML's program, fml.", valueName: "file"))
    var fastTrackML: String?

    @Option(name: .customLong("mlflow-python"), help: ArgumentHelp("A Python that has MLflow.", valueName: "file"))
    var mlflowPython: String?

    mutating func run() async throws {
        let home = folder + "/pivot-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let context = BenchmarkContext(
            isQuick: quick, sessionCount: sessions, keepsFiles: keep,
            checkpointByteCount: quick ? 128 << 20 : full ? 1 << 30 : 256 << 20,
            server: URL(fileURLWithPath: server).path, folder: home, scripts: scripts, python: python,
            exportsPython: exportsPython, torchPython: torchPython, fastTrackML: fastTrackML, mlflowPython: mlflowPython
        )
        var report = BenchmarkReport(machine: try Machine.current(), isQuick: quick)
        if python == nil { report.notes.append("Without a Python that has requests, its rows are left out.") }
        if torchPython == nil {
            report.notes.append("Without a Python that has PyTorch, there is nothing beside the training step.")
        }
        if fastTrackML == nil {
            report.notes.append(
                "Without FastTrackML's program there is nothing beside lists and reports of many clients.")
        }
        let begin = ContinuousClock.now
        for section in Section.allCases where only.isEmpty || only.contains(section) {
            do {
                report.rows += try await section.run(context)
            } catch {
                report.notes.append("\(section.title) could not be measured: \(error)")
            }
        }
        report.seconds = begin.duration(to: .now).seconds
        report.loadAtEnd = try Machine.currentLoad()
        if keep { context.say("the files are in \(home)") } else { try FileManager.default.removeItem(atPath: home) }
        print(report.markdown)
        if let markdown { try write(Data(report.markdown.utf8), to: markdown) }
        if let json { try write(Data(report.json), to: json) }
    }

    private func write(_ data: Data, to path: String) throws {
        try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

extension Section: ExpressibleByArgument {}
