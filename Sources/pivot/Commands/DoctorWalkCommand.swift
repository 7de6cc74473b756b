import Application
package import ArgumentParser
import EventLog
import JSON
import ReadModels
import Tracking

/// `pivot doctor-walk`: reads what a damaged page can end the process at, for `pivot doctor`, and writes a line for each
/// thing that it has to tell.
package struct DoctorWalkCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor-walk", abstract: "Read a log or its read models; pivot doctor runs this automatically.",
        discussion: """
            Examples:
              pivot doctor-walk log /data/pivot
            """, shouldDisplay: false)

    @Argument(help: "log or read-models.")
    var part: String
    @Argument(help: "The data directory.")
    var folder: String
    @Flag(help: "Another process has the directory.")
    var inUse = false

    package init() {}

    package func run() throws {
        switch part {
        case "log": walkLog()
        case "read-models": walkReadModels()
        default: throw CommandFailure(.usage, "There is nothing to walk that is called \(part).")
        }
    }

    private func walkLog() {
        let source: LogSource
        do throws(StorageError) {
            source = try LogSource(readingFolderAt: folder)
        } catch {
            let advice = error.code == .damaged ? " Restore the folder from a backup." : ""
            return tell(Finding("log", error.message + advice), end: [:])
        }
        let examination = source.examine(checksStructure: !inUse) { tell(["at": .count($0.rawValue)]) }
        if let fault = examination.fault {
            tell(
                Finding(
                    "log", fault.message + (examination.isOfIndexOnly ? " Or run `pivot doctor --repair`." : ""),
                    repair: examination.isOfIndexOnly ? .logIndex : nil), end: [:])
        } else {
            let verification = examination.verification
            tell([
                "end": [
                    "records": .count(verification.recordCount + examination.journaledCount),
                    "journaled": .count(examination.journaledCount), "streams": .count(verification.streamCount),
                    "head": .count(source.head.rawValue),
                ]
            ])
        }
    }

    private func walkReadModels() {
        let path = DataDirectory.readModelsFolder(inFolderAt: folder)
        switch ReadModelExamination.of(folder: path, isInUse: inUse) {
        case .none:
            tell(
                Finding("read_models", isProblem: false, "There are no read models; the next start builds them."),
                end: [:])
        case .damaged(let why):
            tell(
                Finding(
                    "read_models",
                    "The read models are damaged: \(why) `pivot rebuild` builds them again from the log.",
                    repair: .readModels), end: [:])
        case .sound(let position, let named):
            for digest in named.all {
                tell(["blob": .string(digest.description), "is_file": .bool(named.files.contains(digest))])
            }
            tell(["end": ["position": .count(position.rawValue)]])
        }
    }

    private func tell(_ finding: Finding, end: JSONValue) {
        tell(["finding": finding.json])
        tell(["end": end])
    }

    private func tell(_ line: JSONValue) {
        Console.standard.print(String(decoding: line.encoded(), as: UTF8.self))
    }
}
