import API
import Foundation
import Tracking
import TrackingClient
import Transparency

/// Gathers a session's records with their proofs from a server, verifies them, and makes a bundle of them.
struct BundleExport {
    let client: APIClient
    let identity: LogIdentity
    var streams = EventStreams.session
    /// True to put the session's files into the bundle.
    var includesBlobs = false
    /// The note of a tree head that the readers of the bundle may remember.
    var since: (path: String, bytes: [UInt8])?

    /// The bundle of `session`, and what it proves.
    ///
    /// - Throws: ``AuditFault`` when what the server gives does not prove the session.
    func bundle(of session: String) async throws -> (AuditBundle, BundleReport) {
        Console.standard.setStatus("reading the tree head")
        let (treeHead, keys) = try identity.verified(try await client.logCheckpoint(), "The tree head")
        guard let key = keys.first else { throw AuditFault("The tree head is signed by no key.") }
        let head = treeHead.head
        let events = try await SessionEvidence.events(of: session, streams, in: head, from: client)
        guard !events.isEmpty else { throw AuditFault("The tree has no event of \(session) yet. Try again in a second.") }
        let named = try NamedBlobs(events)
        let bundle = AuditBundle(
            origin: identity.origin, key: key, treeHead: treeHead.note, events: events,
            blobs: named.blobs(includesBlobs ? try await contents(of: named.files.all, session) : [:]),
            continuation: try await continuation(to: head))
        do throws(BundleError) {
            let report = try bundle.verify(trusted: key)
            try SessionEvidence.checkStreams(report.events, of: session)
            return (bundle, report)
        } catch let error as BundleError {
            throw AuditFault(error)
        }
    }

    private func continuation(to head: TreeHead) async throws -> AuditBundle.Continuation? {
        guard let since else { return nil }
        let old = try identity.verified(since.bytes, since.path).treeHead
        guard old.head.size > 0, old.head.size < head.size else {
            return AuditBundle.Continuation(from: old.note, proof: [])
        }
        let proof = try await client.consistencyProof(from: old.head.size, to: head.size)
        return AuditBundle.Continuation(from: old.note, proof: proof.hashes.compactMap { TreeHash(hex: $0) })
    }

    /// The bytes of `files`, each digest once.
    private func contents(of files: [SessionFiles.File], _ session: String) async throws -> [BlobDigest: [UInt8]] {
        let total = files.reduce(0) { $0 + $1.byteCount }
        guard total <= Int64(BundleArchive.maximumByteCount) else {
            throw CommandFailure(
                .usage,
                "The files of \(session) have \(HumanFormat.size(total)), and verifiers read bundles of at most 1 GiB. "
                    + "Leave --blobs out: the bundle then has the digests, by which the files can be checked.")
        }
        let folder = NSTemporaryDirectory() + "/pivot-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var contents: [BlobDigest: [UInt8]] = [:]
        do {
            let meter = TransferMeter(session)
            defer { meter.finish() }
            var done: Int64 = 0
            for file in files {
                guard let digest = BlobDigest(file.digest.description), contents[digest] == nil else { continue }
                let target = folder + "/" + digest.hex
                try await client.download(file, of: session, to: target) { [done] progress in
                    meter.update(
                        TransferProgress(byteCount: done + progress.byteCount, totalByteCount: max(total, 1)))
                }
                done += file.byteCount
                contents[digest] = Array(try Data(contentsOf: URL(fileURLWithPath: target)))
            }
        } catch {
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
        try FileManager.default.removeItem(atPath: folder)
        return contents
    }
}
