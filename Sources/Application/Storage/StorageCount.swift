import Blobs
import EventLog
import ReadModels
import Tracking

/// Gathers the files that the documents name, and makes a report of what the blob store tells of them.
struct StorageCount {
    /// The groupings of the blobs' uses, in their order.
    private enum Grouping: Int, CaseIterable {
        case file, session, experiment, kind, prunedSession, prunedExperiment, pruned
    }

    /// The shares of one grouping, by name.
    private struct Shares {
        var all: [StorageReport.Share] = []
        private var places: [String: Int] = [:]

        mutating func place(of name: String) -> Int {
            if let place = places[name] { return place }
            places[name] = all.count
            all.append(StorageReport.Share(name: name))
            return all.count - 1
        }

        mutating func add(_ byteCount: Int64, at place: Int) {
            all[place].fileCount += 1
            all[place].byteCount += byteCount
        }
    }

    private let wanted: Session.ID?
    private var report: StorageReport
    private(set) var uses = BlobUses(groupingCount: Grouping.allCases.count)
    private var sessions = Shares()
    private var experiments = Shares()
    private var kinds = Shares()
    /// The places of the wanted session's files among all.
    private var wantedPlaces: [Int] = []

    /// A count as of `position`, with the files of `wanted`.
    init(asOf position: LogPosition, filesOf wanted: Session.ID?) {
        self.wanted = wanted
        report = StorageReport(position: position)
    }

    /// A reference, its session's experiment, and the file that it is; nil for what a session itself needs.
    struct Named: Sendable {
        let digest: Digest
        var experiment = ""
        var file: StorageReport.File?
    }

    /// What some documents name.
    static func named(_ references: BlobReferences, in snapshot: borrowing ReadModelSnapshot) throws -> [Named] {
        var owners: [Session.ID: SessionDocument] = [:]
        return try references.all.compactMap { reference in
            switch reference.owner {
            case .session: return Named(digest: reference.digest)
            case .checkpoint(let document):
                guard let id = Session.ID(document.sessionID) else { return nil }
                let owner = try owner(id, &owners, snapshot)
                let entry = CheckpointEntry(document, of: owner, owner.timeline)
                let isPrunable = document.attempt > 0 && !entry.isBest && !entry.isLast && document.marks.isEmpty
                return Named(
                    digest: reference.digest, experiment: owner.experiment,
                    file: StorageReport.File(
                        session: id, name: .checkpoint(id: document.checkpointID), kind: "checkpoint",
                        byteCount: Int64(clamping: document.byteCount), isPrunable: isPrunable))
            case .artifact(let document):
                guard let id = Session.ID(document.sessionID) else { return nil }
                return Named(
                    digest: reference.digest, experiment: try owner(id, &owners, snapshot).experiment,
                    file: StorageReport.File(
                        session: id, name: .artifact(path: document.path, version: Int(document.version)),
                        kind: document.kind.isEmpty ? "file" : document.kind,
                        byteCount: Int64(clamping: document.byteCount), isPrunable: false))
            }
        }
    }

    /// Adds what some documents name.
    mutating func add(_ named: [Named]) {
        for reference in named {
            if let file = reference.file {
                add(file, reference)
            } else {
                uses.add(reference.digest, groups: Grouping.allCases.map { _ in nil })
            }
        }
    }

    private mutating func add(_ file: StorageReport.File, _ named: Named) {
        let session = sessions.place(of: file.session.text)
        let experiment = experiments.place(of: named.experiment)
        let kind = kinds.place(of: file.kind)
        sessions.add(file.byteCount, at: session)
        experiments.add(file.byteCount, at: experiment)
        kinds.add(file.byteCount, at: kind)
        let number = report.fileCount
        uses.add(
            named.digest,
            groups: Grouping.allCases.map { grouping in
                switch grouping {
                case .file: number
                case .session: session
                case .experiment: experiment
                case .kind: kind
                case .prunedSession: file.isPrunable ? session : nil
                case .prunedExperiment: file.isPrunable ? experiment : nil
                case .pruned: file.isPrunable ? kind : nil
                }
            })
        report.fileCount += 1
        report.byteCount += file.byteCount
        if file.session == wanted {
            report.files.append(file)
            wantedPlaces.append(number)
        }
    }

    /// The report of what the store tells.
    func finished(_ usage: BlobUsage) -> StorageReport {
        var report = report
        func held(_ group: Int, _ grouping: Grouping) -> Int64 {
            usage.byteCount(heldAloneBy: group, in: grouping.rawValue)
        }
        func shares(_ shares: Shares, _ whole: Grouping, _ pruned: Grouping) -> [StorageReport.Share] {
            var all = shares.all
            for index in all.indices {
                all[index].freedByDeleting = held(index, whole)
                all[index].freedByPruning = held(index, pruned)
            }
            return all.sorted {
                ($1.freedByDeleting, $1.byteCount, $0.name) < ($0.freedByDeleting, $0.byteCount, $1.name)
            }
        }
        report.storedByteCount = usage.storedByteCount
        report.unusedByteCount = usage.unusedByteCount
        report.unreadableCount = usage.unreadableCount
        report.sessions = shares(sessions, .session, .prunedSession)
        report.experiments = shares(experiments, .experiment, .prunedExperiment)
        report.kinds = shares(kinds, .kind, .pruned)
        report.freedByPruning = report.kinds.reduce(0) { $0 + $1.freedByPruning }
        for (index, place) in wantedPlaces.enumerated() { report.files[index].freedByDeleting = held(place, .file) }
        return report
    }

    private static func owner(
        _ id: Session.ID, _ owners: inout [Session.ID: SessionDocument], _ snapshot: borrowing ReadModelSnapshot
    ) throws -> SessionDocument {
        if let owner = owners[id] { return owner }
        var owner = SessionDocument()
        try snapshot.forEach(of: [id]) { owner = $1 }
        owners[id] = owner
        return owner
    }
}
