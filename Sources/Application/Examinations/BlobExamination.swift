package import Blobs
package import Tracking

/// Reads all blobs of a data directory and compares them with their digests, and with what names them.
package struct BlobExamination: Sendable {
    package private(set) var findings: [Finding] = []
    package private(set) var objectCount = 0

    /// - Parameters:
    ///   - named: The digests that the read models name, none of which is unused; nil when that is not known.
    ///   - files: Those of checkpoints and artifacts, none of which may be missing.
    ///   - isInUse: True while a server has the directory: then its unfinished uploads are not worth a word.
    ///   - progress: Called after each blob with the bytes that are done and all of them.
    package init(
        of folder: BlobFolder, named: Set<Digest>?, files: Set<Digest>, isInUse: Bool, progress: (Int64, Int64) -> Void
    ) async throws {
        guard try folder.isThere else {
            if !files.isEmpty {
                findings.append(
                    Finding(
                        "blobs", "The folder of the blobs is missing, and \(files.count) are named. Restore a backup."))
            }
            return
        }
        var total: Int64 = 0
        try await folder.forEach { total += try folder.byteCount(of: $0) ?? 0 }
        // So that nothing loses what it refers to between two looks.
        let lock = isInUse ? try folder.holdOffSweeps() : nil
        defer { withExtendedLifetime(lock) {} }
        let reader = FileBlobStore(reading: folder)
        var (count, done) = (0, Int64(0))
        var findings: [Finding] = []
        try await folder.forEach { digest in
            do throws(BlobError) {
                try await reader.verify(digest)
                count += 1
            } catch .notFound {
                // Deleted meanwhile.
            } catch {
                let isNeeded = named.map { $0.contains(digest) ? " It is named by the log." : "" } ?? ""
                findings.append(Finding("blobs", "\(error)\(isNeeded)"))
            }
            done += try folder.byteCount(of: digest) ?? 0
            progress(done, total)
        }
        objectCount = count
        self.findings = findings
        for digest in try files.filter({ try folder.byteCount(of: $0) == nil }).sorted() {
            self.findings.append(
                Finding("blobs", "The blob \(digest) is named by the log and missing. Restore it from a backup."))
        }
        try await compare(folder, reader, named, isInUse: isInUse)
    }

    private mutating func compare(
        _ folder: BlobFolder, _ reader: FileBlobStore, _ named: Set<Digest>?, isInUse: Bool
    ) async throws {
        if let named {
            var uses = BlobUses(groupingCount: 0)
            for digest in named { uses.add(digest, groups: []) }
            let usage = try await reader.usage(of: uses)
            if usage.unusedByteCount > 0 {
                findings.append(
                    Finding(
                        "blobs", isProblem: false,
                        "\(usage.unusedByteCount) bytes of blobs are named by nothing. A server deletes them when they are "
                            + "a day old.", repair: .unneededBlobs))
            }
        }
        guard !isInUse else { return }
        let temporary = try folder.temporaryFiles()
        if !temporary.isEmpty {
            findings.append(
                Finding(
                    "blobs", isProblem: false,
                    "\(temporary.count) unfinished uploads of processes that are gone take room. The next start deletes "
                        + "them.", repair: .temporaryFiles))
        }
    }
}
