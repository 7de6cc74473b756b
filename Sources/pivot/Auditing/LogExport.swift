import Transparency

/// Writes a log into a folder that any file server can publish, and verifies all of it on the way.
struct LogExport {
    let source: any EvidenceSource
    let identity: LogIdentity
    let folder: LogFolderWriter

    /// Returns the tree head once its files are on disk.
    ///
    /// - Throws: ``AuditFault`` when what the source serves is not what was signed.
    func run() async throws -> SignedTreeHead {
        let (treeHead, _) = try identity.verified(try await source.log.treeHead(), "The tree head")
        let log = MirroredLog(source: source.log, folder: folder)
        let size = treeHead.head.size
        var meter = AuditMeter("exporting")
        try await TiledLogCheck(log, head: treeHead.head).run(
            progress: { meter.update($0, of: size) }, take: { try folder.write($0, $1) })
        meter.finish()
        try folder.write(treeHead.note)
        return treeHead
    }
}
