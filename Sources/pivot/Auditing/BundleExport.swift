import Tracking
import TrackingClient
import Transparency

/// Gathers a session's records with their proofs, verifies them, and makes a bundle of them.
struct BundleExport {
    let source: any EvidenceSource
    let identity: LogIdentity
    var streams = EventStreams.session
    /// True to put the session's files into the bundle.
    var includesBlobs = false
    /// The note of a tree head that the readers of the bundle may remember.
    var since: (path: String, bytes: [UInt8])?

    /// The bundle of `session`, and what it proves.
    ///
    /// - Throws: ``AuditFault`` when what the source gives does not prove the session.
    func bundle(of session: String) async throws -> (AuditBundle, BundleReport) {
        Console.standard.setStatus("reading the tree head")
        let (treeHead, keys) = try identity.verified(try await source.log.treeHead(), "The tree head")
        guard let key = keys.first else { throw AuditFault("The tree head is signed by no key.") }
        let head = treeHead.head
        let events = try await source.events(of: session, streams, in: head)
        guard !events.isEmpty else {
            throw AuditFault("The tree has no event of \(session) yet. Try again in a second.")
        }
        let named = try SessionBlobs(events)
        let contents = includesBlobs ? try await contents(of: named.files.all, session) : [:]
        let bundle = AuditBundle(
            origin: identity.origin, key: key, treeHead: treeHead.note, events: events, blobs: named.blobs(contents),
            continuation: try await continuation(to: head))
        let report: BundleReport
        do throws(BundleError) {
            report = try bundle.verify(trusted: key)
        } catch {
            throw AuditFault(error)
        }
        try report.checkStreams(of: session)
        return (bundle, report)
    }

    private func continuation(to head: TreeHead) async throws -> AuditBundle.Continuation? {
        guard let since else { return nil }
        let old = try identity.verified(since.bytes, since.path).treeHead
        guard old.head.size > 0, old.head.size < head.size else {
            return AuditBundle.Continuation(from: old.note, proof: [])
        }
        let proof = try await source.consistency(from: old.head.size, to: head.size)
        return AuditBundle.Continuation(from: old.note, proof: proof.hashes)
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
        let meter = TransferMeter(session)
        defer { meter.finish() }
        var contents: [BlobDigest: [UInt8]] = [:]
        var done: Int64 = 0
        for file in files {
            guard let digest = BlobDigest(file.digest.description), contents[digest] == nil else { continue }
            contents[digest] = try await source.content(of: file, in: session) { [done] byteCount in
                meter.update(TransferProgress(byteCount: done + byteCount, totalByteCount: max(total, 1)))
            }
            done += file.byteCount
        }
        return contents
    }
}
