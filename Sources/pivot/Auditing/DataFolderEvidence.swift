import Application
import EventLog
import Server
import Tracking
import TrackingClient
import Transparency

/// What the files of a server that does not run give of its log.
struct DataFolderEvidence: EvidenceSource, TiledLog {
    private let offline: OfflineLog
    private let audit: Audit

    /// Opens the data directory at `folder` for `body`, and lets go of it afterwards.
    ///
    /// - Throws: `CommandFailure` when somebody has it, and what `body` throws.
    static func withEvidence(
        ofFolder folder: String, _ body: (DataFolderEvidence, LogIdentity) async throws -> Void
    ) async throws {
        let directory = try DataFolderAudit.lock(folder, for: "pivot audit export")
        defer { directory.unlock() }
        let offline = try OfflineLog(in: directory)
        let outcome: Result<Void, any Error>
        do {
            let audit = try await offline.audit { done, end in
                var meter = AuditMeter("computing the tree")
                meter.update(done, of: end)
            }
            try await body(DataFolderEvidence(offline: offline, audit: audit), LogIdentity(try offline.keys()))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await offline.close()
        try outcome.get()
    }

    private init(offline: OfflineLog, audit: Audit) {
        self.offline = offline
        self.audit = audit
    }

    var log: any TiledLog { self }

    func treeHead() async throws -> [UInt8] { try await audit.treeHead().note.encoded }

    func bytes(of tile: Tile) async throws -> [UInt8] { try await audit.tile(at: tile.path) }

    func events(of session: String, _ streams: EventStreams, in head: TreeHead) async throws -> [AuditBundle.Event] {
        let names = [("session/", EventStreams.session), ("telemetry/", .telemetry)]
            .filter { streams == .all || streams == $0.1 }.map { $0.0 + session }
        let ids = names.compactMap { StreamID($0) }
        guard ids.count == names.count, try await offline.store.version(of: ids[0]) > .none else {
            throw CommandFailure(.notFound, "The log has no session \(session). Name it by its whole id.")
        }
        var events: [AuditBundle.Event] = []
        var position: LogPosition? = .start
        while let after = position {
            let page = try await audit.page(of: ids, after: after, limit: .standard, size: head.size)
            events += page.records.map { proven in
                AuditBundle.Event(
                    position: proven.record.position.rawValue, header: proven.record.header,
                    content: proven.record.content.map { AuditBundle.Content(salt: $0.salt, payload: $0.payload) },
                    proof: proven.proof.hashes)
            }
            position = page.next
        }
        return events
    }

    func consistency(from old: UInt64, to new: UInt64) async throws -> ConsistencyProof {
        try await audit.consistency(from: old, to: new)
    }

    func content(
        of file: SessionFiles.File, in session: String, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> [UInt8] {
        let content = try await offline.blob(file.digest)
        progress(Int64(content.count))
        return content
    }
}
