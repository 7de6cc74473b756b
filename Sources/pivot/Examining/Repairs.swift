import Application
import Blobs
import EventLog
import Server
import Tracking

/// Does what can be done about findings without losing anything. No server has the directory.
struct Repairs {
    let folder: String
    let examination: Examination

    /// Does all of it; says what was done, a line each.
    func run() async throws -> [String] {
        let wanted = Set(examination.findings.compactMap(\.repair))
        var lines: [String] = []
        guard !wanted.isEmpty else { return lines }
        let directory = try DataDirectory(path: folder, address: "pivot doctor")
        defer { directory.unlock() }
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        for repair in Finding.Repair.allCases where wanted.contains(repair) {
            switch repair {
            case .readModels: break
            case .logIndex:
                let kept = try LogRewriting.run(in: directory, options: options)
                lines.append("The log was written again with new indexes. The old one is kept in \(kept).")
            case .temporaryFiles:
                try FolderExamination.removeLeftovers(at: folder)
                // Opening the store for writing removes what uploads left.
                _ = try BlobFolder(writing: directory.blobsFolder, clock: options.clock)
                lines.append("What processes that are gone had left was deleted.")
            case .permissions:
                try FolderExamination.closeSecrets(at: folder)
                lines.append("The secrets can be read by their owner alone.")
            case .unneededBlobs:
                if let line = try await sweep(directory, options) { lines.append(line) }
            }
        }
        if wanted.contains(.readModels) {
            _ = try await OfflineRebuild.run(in: directory) { position, head in
                Console.standard.setStatus("read models: \(position) of \(head)")
            }
            Console.standard.setStatus("")
            lines.append("The read models were built again.")
        }
        return lines
    }

    private func sweep(_ directory: DataDirectory, _ options: EventLogOptions) async throws -> String? {
        guard let named = examination.named else { return nil }
        let store = try FileBlobStore(
            root: directory.blobsFolder, clock: options.clock, sharesWithCopies: true)
        var marks = await store.beginSweep(now: options.clock())
        for digest in named { marks.insert(digest) }
        let report = try await store.sweep(keeping: marks, olderThan: .seconds(24 * 3600))
        guard report.deletedCount > 0 else { return nil }
        return
            "\(report.deletedCount) blobs that nothing names were deleted: \(HumanFormat.size(report.deletedByteCount))."
    }
}
