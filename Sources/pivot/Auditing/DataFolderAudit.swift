import Application
import EventLog
import Foundation
import JSON
import Server
import Tracking
import Transparency

/// Verifies the files of a server that does not run.
struct DataFolderAudit {
    private let folder: String
    private let given: [VerifierKey]
    private let since: (path: String, bytes: [UInt8])?
    private let includesBlobs: Bool
    private let includesReadModels: Bool
    private(set) var report: AuditReport
    /// The last tree head that was signed, once it was verified.
    private(set) var treeHead: SignedTreeHead?
    /// The head of the tree of all records, once they were verified.
    private var head: TreeHead?

    /// - Parameters:
    ///   - keys: The keys that are trusted; none for those of the file of keys.
    ///   - since: A note that is remembered, and where it came from.
    init(
        folder: String, keys: [VerifierKey], since: (path: String, bytes: [UInt8])?, includesBlobs: Bool,
        includesReadModels: Bool, report: AuditReport
    ) {
        self.folder = folder
        given = keys
        self.since = since
        self.includesBlobs = includesBlobs
        self.includesReadModels = includesReadModels
        self.report = report
    }

    /// The folder and its tree, for programs.
    var facts: [(String, JSONValue)] {
        var facts: [(String, JSONValue)] = [("data_dir", .string(folder)), ("key_was_given", .bool(!given.isEmpty))]
        if let treeHead { facts.append(("log", .string(treeHead.origin))) }
        if let head {
            facts += [("size", .integer(Int64(clamping: head.size))), ("root_hash", .string(head.root.hex))]
        }
        return facts
    }

    /// Locks the data directory, which nobody may have.
    ///
    /// - Throws: `CommandFailure` when there is none, or somebody has it.
    static func lock(_ folder: String, for purpose: String) throws -> DataDirectory {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder + "/log", isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(
                .usage, "There is no log in \(folder). Name a server's data directory with --data-dir.")
        }
        if let owner = try DataDirectory.owner(ofFolderAt: folder) {
            let way = owner.address.hasPrefix("http") ? "Use --url \(owner.address) instead, or stop" : "Wait for"
            throw CommandFailure(.failed, "\(folder) is in use by \(owner). \(way) it first.")
        }
        return try DataDirectory(path: folder, address: purpose)
    }

    /// Verifies everything. What is wrong stands in the report; other errors are thrown.
    mutating func run() async throws {
        let directory = try Self.lock(folder, for: "pivot audit verify")
        defer { directory.unlock() }
        guard let log = try open(directory) else { return }
        let outcome: Result<Void, any Error>
        do {
            try await verify(log, directory)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await log.close()
        try outcome.get()
    }

    /// The log; nil when it is damaged, which stands in the report then.
    private mutating func open(_ directory: DataDirectory) throws(StorageError) -> OfflineLog? {
        Console.standard.setStatus("opening the log")
        do throws(StorageError) {
            return try OfflineLog(in: directory)
        } catch {
            guard error.code == .damaged else { throw error }
            report.add("records", .wrong, error.message)
            return nil
        }
    }

    private mutating func verify(_ log: OfflineLog, _ directory: DataDirectory) async throws {
        try await checkRecords(log)
        try await checkTreeHeads(log)
        if includesBlobs {
            try await checkBlobs(log)
        } else {
            report.add("blobs", .skipped, "The files that events name.")
        }
        if includesReadModels {
            try await checkReadModels(log, directory)
        } else {
            report.add("read_models", .skipped, "The read models.")
        }
    }

    private mutating func checkRecords(_ log: OfflineLog) async throws {
        var found: TreeHead?
        _ = try await report.check("records") {
            var meter = AuditMeter("records")
            let end = log.store.head.rawValue
            do throws(StorageError) {
                try log.store.flush()
                let verified = try log.store.verify { meter.update($0.rawValue, of: end) }
                let head = try log.store.frontier().head
                found = head
                return
                    "The \(verified.recordCount) records of \(verified.streamCount) streams are as they were written, and "
                    + "their tree has the root \(head.root)."
            } catch {
                guard error.code == .damaged else { throw error }
                throw AuditFault(error.message)
            }
        }
        head = found
    }

    /// Checks the key, the last tree head and the one that is remembered, and that the records continue both.
    private mutating func checkTreeHeads(_ log: OfflineLog) async throws {
        var heads: [(name: String, check: String, treeHead: SignedTreeHead)] = []
        var keys = given
        let hasKeys = try await report.check("key") { [given, folder] in
            do throws(AuditError) {
                let own = try log.keys()
                let signed = try log.lastTreeHead() != nil
                guard !own.isEmpty else {
                    guard signed else { return "There is no key and no signed tree head yet." }
                    throw AuditError.key(
                        "The log's key, \(folder)/log-key, is missing, and tree heads were signed with it. Restore it.")
                }
                if !given.isEmpty, !own.contains(where: given.contains) {
                    throw AuditError.key("The key in \(folder)/log-key, \(own[0]), is none of those that are trusted.")
                }
                if given.isEmpty { keys = own }
                return "The key that signs is \(own[0])."
            } catch {
                throw AuditFault(error.description)
            }
        }
        guard hasKeys else { return }
        let identity = LogIdentity(keys)
        _ = try await report.check("signature") { [folder] in
            do {
                guard let last = try log.lastTreeHead() else { return "No tree head was signed yet." }
                let path = "\(folder)/log-head"
                let verified = try identity.verified(last.note.encoded, path).treeHead
                heads.append((path, "head", verified))
                return "The last tree head, of \(verified.head.size) records, is signed by the log."
            } catch let error as AuditError {
                throw AuditFault(error.description)
            }
        }
        treeHead = heads.first?.treeHead
        if let since {
            _ = try await report.check("remembered") {
                heads.append((since.path, "consistency", try identity.verified(since.bytes, since.path).treeHead))
                return "The tree head that \(since.path) remembers is signed by the log."
            }
        }
        try await checkContinuation(of: heads, log)
    }

    private mutating func checkContinuation(
        of heads: [(name: String, check: String, treeHead: SignedTreeHead)], _ log: OfflineLog
    ) async throws {
        guard let size = head?.size else { return }
        var meter = AuditMeter("tree")
        let reached = heads.map(\.treeHead.head.size).filter { $0 <= size }
        let end = reached.max() ?? 0
        let computed = try await log.treeHeads(ofSizes: Set(reached)) { meter.update($0, of: end) }
        meter.finish()
        for (name, check, treeHead) in heads {
            let old = treeHead.head
            _ = try await report.check(check) {
                guard old.size <= size else {
                    throw AuditFault(
                        "\(name) has a tree head of \(old.size) records, and the log has \(size): its end was lost, or it "
                            + "was restored from an older backup.")
                }
                guard let root = computed[old.size]?.root, root == old.root else {
                    throw AuditFault(
                        "\(name) has the root \(old.root) of the first \(old.size) records, and the log's have "
                            + "\(computed[old.size]?.root.hex ?? "none"): they are not those that were signed.")
                }
                return "The records continue the tree head of \(old.size) records in \(name)."
            }
        }
    }

    private mutating func checkBlobs(_ log: OfflineLog) async throws {
        var faults: [String] = []
        _ = try await report.check("blobs") {
            let end = log.store.head.rawValue
            var meter = AuditMeter("reading events")
            do {
                let files = try await log.namedFiles { meter.update($0, of: end) }
                meter = AuditMeter("files", unit: "files")
                faults = try await log.faults(of: files) { meter.update($0, of: UInt64(files.count)) }
                guard faults.isEmpty else { throw AuditFault(faults.removeFirst()) }
                return "The \(files.count) files that events name have the digests of then."
            } catch let error as EventCodecError {
                throw AuditFault("An event cannot be read, so the files that it names are not known: \(error)")
            } catch let error as StorageError where error.code == .damaged {
                throw AuditFault("The files that events name are not known: \(error.message)")
            }
        }
        for fault in faults { report.add("blobs", .wrong, fault) }
    }

    private mutating func checkReadModels(_ log: OfflineLog, _ directory: DataDirectory) async throws {
        guard head != nil else {
            return report.add("read_models", .skipped, "The read models, since the records cannot be read.")
        }
        var meter = AuditMeter("read models")
        let outcome = try await ReadModelComparison.run(in: directory, log.store) {
            meter.update($0.rawValue, of: $1.rawValue)
        }
        switch outcome {
        case .equal(let position):
            report.add(
                "read_models", .proved, "The read models are those that the records up to position \(position) make.")
        case .missing:
            report.add("read_models", .skipped, "There are no read models; the next start of a server builds them.")
        case .unusable:
            report.add(
                "read_models", .wrong,
                "The read models are damaged, unfinished or of another log. The next start of a server builds them anew."
            )
        case .different(let position):
            report.add(
                "read_models", .wrong,
                "The read models are not those that the records up to position \(position) make. Run "
                    + "'\(ProgramName.typed) rebuild --data-dir \(folder)'.")
        }
    }
}
