/// What a bundle has proven.
package struct BundleReport: Hashable, Sendable {
    package let origin: String
    /// The key that signed. Unless the reader gave it, it is the bundle's own word.
    package let key: VerifierKey
    package let head: TreeHead
    package let events: [Event]
    /// What events of the bundle name by digest.
    package let blobs: [AuditBundle.Blob]
    /// The earlier tree head that the log is proven to continue.
    package let continued: TreeHead?

    package struct Event: Hashable, Sendable {
        package let header: BundledHeader
        /// Nil when the payload was redacted: the header is proven, what happened is not told.
        package let payload: [UInt8]?
    }
}

extension AuditBundle {
    /// Checks everything that the bundle says: the signatures, that each header is in the tree, that each payload is
    /// its header's, that each blob is what an event names, and that the log continues the remembered tree head.
    ///
    /// - Parameters:
    ///   - trusted: The log's key, from elsewhere. Without it, whoever made the bundle may have made key and log too.
    ///   - remembered: A tree head that was seen before.
    /// - Throws: The first thing that is wrong.
    package func verify(
        trusted: VerifierKey? = nil, remembered: TreeHead? = nil
    ) throws(BundleError) -> BundleReport {
        if let trusted, trusted != key { throw .otherKey(key, trusted: trusted) }
        let head = try signed(treeHead, AuditBundle.treeHeadPath)
        var reports: [BundleReport.Event] = []
        for event in events { reports.append(try event.verify(in: head)) }
        try verifyBlobs()
        let continued = try verifyContinuation(to: head)
        if let remembered { try check(remembered, head, continued) }
        return BundleReport(origin: origin, key: key, head: head, events: reports, blobs: blobs, continued: continued)
    }

    /// Checks that an event of the bundle names each blob, and that its bytes, if there are any, have its digest.
    private func verifyBlobs() throws(BundleError) {
        let payloads = Dictionary(events.map { ($0.position, $0.content?.payload) }) { first, _ in first }
        for blob in blobs {
            let name = blob.digest.description
            guard let payload = payloads[blob.position] ?? nil else { throw .blob(name, .noPayload(blob.position)) }
            guard blob.digest.isNamed(in: payload) else { throw .blob(name, .unnamed(blob.position)) }
            guard let content = blob.content else { continue }
            let digest = BlobDigest(hashing: content)
            guard digest == blob.digest else { throw .blob(name, .digest(digest.description)) }
        }
    }

    /// The head in `note`, which the file `path` holds, once the log's key has signed it for this log.
    private func signed(_ note: Note, _ path: String) throws(BundleError) -> TreeHead {
        do throws(NoteError) {
            _ = try note.verified(by: [key])
            let treeHead = try SignedTreeHead(note)
            guard treeHead.origin == origin else { throw .origin(treeHead.origin, expected: origin) }
            return treeHead.head
        } catch {
            throw .treeHead(path, error)
        }
    }

    private func verifyContinuation(to head: TreeHead) throws(BundleError) -> TreeHead? {
        guard let continuation else { return nil }
        let old = try signed(continuation.treeHead, AuditBundle.rememberedPath)
        do throws(ProofError) {
            try ConsistencyProof(from: old.size, to: head.size, hashes: continuation.proof).verify(from: old, to: head)
        } catch {
            throw .consistency(error)
        }
        return old
    }

    private func check(_ remembered: TreeHead, _ head: TreeHead, _ continued: TreeHead?) throws(BundleError) {
        if remembered == head || remembered == continued { return }
        if remembered.size == head.size {
            throw .consistency(.splitView(size: head.size, old: remembered.root, new: head.root))
        }
        guard let continued else { throw .nothingRemembered(remembered, bundle: head) }
        throw .otherRemembered(remembered, bundle: continued)
    }
}

extension AuditBundle.Event {
    /// Checks that the header is in the tree with `head`, and that the payload is its own.
    fileprivate func verify(in head: TreeHead) throws(BundleError) -> BundleReport.Event {
        guard let decoded = BundledHeader(header) else { throw .event(position, .header) }
        guard decoded.position == position else { throw .event(position, .position(decoded.position)) }
        if let content {
            guard content.payload.count == decoded.payloadByteCount else {
                throw .event(
                    position, .payloadLength(content.payload.count, header: decoded.payloadByteCount))
            }
            guard decoded.matches(content) else { throw .event(position, .payloadDigest) }
        }
        do throws(ProofError) {
            try InclusionProof(index: position - 1, size: head.size, hashes: proof).verify(.leaf(header), in: head)
        } catch {
            throw .inclusion(position, error)
        }
        return BundleReport.Event(header: decoded, payload: content?.payload)
    }
}
