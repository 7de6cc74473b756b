import Application
import Blobs
import EventLog
import JSON
import Processes
import Tracking

/// Everything that `pivot doctor` finds in a data directory. It changes nothing.
struct Examination {
    private(set) var findings: [Finding] = []
    private(set) var recordCount: Int64 = 0
    private(set) var objectCount = 0
    /// Whoever has the directory now.
    let owner: DataDirectory.Owner?
    /// The blobs that are named; nil when the read models do not tell.
    private(set) var named: Set<Digest>?

    init(of folder: String) async throws {
        let console = Console.standard
        owner = try DataDirectory.owner(ofFolderAt: folder)
        let isInUse = owner != nil
        findings += FolderExamination.findings(at: folder, isInUse: isInUse)
        let log = try await DoctorWalk("log", folder, isInUse: isInUse) {
            console.setStatus("log: position \($0)")
        }
        findings += log.findings
        if log.end == nil {
            findings.append(
                Finding(
                    "log",
                    "The structure of the log's data file is damaged after position \(log.reached): reading on ended the "
                        + "process with \(log.exit). Restore the folder from a backup."))
        }
        recordCount = log.end?["records"]?.integerValue ?? log.reached
        console.setStatus("read models")
        let rows = try await DoctorWalk("read-models", folder, isInUse: isInUse) { _ in }
        findings += rows.findings
        if rows.end == nil {
            findings.append(
                Finding(
                    "read_models",
                    "The read models are damaged: reading them ended the process with \(rows.exit). `pivot rebuild` builds "
                        + "them again from the log.", repair: .readModels))
        }
        var files: Set<Digest> = []
        if let position = rows.end?["position"]?.integerValue {
            // What a server has not folded yet may name more.
            if let head = log.end?["head"]?.integerValue, position > head, !isInUse {
                findings.append(
                    Finding(
                        "read_models",
                        "The read models show position \(position), and the log ends at \(head): they are of another log, "
                            + "or it lost its end.", repair: .readModels))
            } else if position == log.end?["head"]?.integerValue {
                (named, files) = (rows.named, rows.files)
            }
        }
        let blobs = try await BlobExamination(
            of: BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: folder)), named: named, files: files,
            isInUse: isInUse
        ) { console.setStatus("blobs: \(HumanFormat.size($0)) of \(HumanFormat.size($1))") }
        findings += blobs.findings
        objectCount = blobs.objectCount
        console.setStatus("")
    }

    /// True when something is wrong.
    var hasProblems: Bool { findings.contains { $0.isProblem } }

    var json: JSONValue {
        var object: JSONObject = [
            "healthy": .bool(!hasProblems), "records": .integer(recordCount), "blobs": .count(objectCount),
            "findings": .array(findings.map(\.json)),
        ]
        object["in_use_by"] = owner.map { .string($0.description) }
        return .object(object)
    }
}
