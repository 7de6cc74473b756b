extension AuditBundle {
    static let treeHeadPath = "tree-head"
    static let rememberedPath = "remembered-tree-head"

    static func headerPath(_ position: UInt64) -> String { "events/\(position).header" }
    static func payloadPath(_ position: UInt64) -> String { "events/\(position).payload" }
    static func blobPath(_ digest: BlobDigest) -> String { "blobs/\(digest.hex)" }

    /// The files of the bundle by their paths in its folder.
    package var files: [String: [UInt8]] {
        var files = [
            BundleManifest.path: manifest.encoded(), AuditBundle.treeHeadPath: treeHead.encoded,
        ]
        for event in events {
            files[AuditBundle.headerPath(event.position)] = event.header
            if let content = event.content { files[AuditBundle.payloadPath(event.position)] = content.payload }
        }
        for blob in blobs { files[AuditBundle.blobPath(blob.digest)] = blob.content }
        if let continuation { files[AuditBundle.rememberedPath] = continuation.treeHead.encoded }
        return files
    }

    private var manifest: BundleManifest {
        BundleManifest(
            log: origin, key: key.description,
            events: events.map { event in
                BundleManifest.Event(
                    position: event.position, salt: (event.content?.salt).map { Hex.encode($0) },
                    proof: event.proof.map(\.base64))
            },
            blobs: blobs.isEmpty
                ? nil
                : blobs.map {
                    BundleManifest.Blob(
                        digest: $0.digest.description, position: $0.position, included: $0.content != nil)
                }, consistency: continuation?.proof.map(\.base64))
    }

    /// The bundle whose files, by their paths in its folder, are `files`. Nothing is verified but the form.
    package init(files: [String: [UInt8]]) throws(BundleError) {
        var files = BundleFiles(files)
        let manifest = try BundleManifest.decode(try files.take(BundleManifest.path))
        do throws(NoteError) {
            key = try VerifierKey(manifest.key)
        } catch {
            throw .key(error)
        }
        origin = manifest.log
        treeHead = try files.takeNote(AuditBundle.treeHeadPath)
        var events: [Event] = []
        for (number, entry) in manifest.events.enumerated() {
            guard entry.position > 0 else { throw .field("events[\(number)].position", .form) }
            if let last = events.last, entry.position <= last.position { throw .event(entry.position, .order) }
            events.append(try Event(entry, &files))
        }
        self.events = events
        blobs = try AuditBundle.blobs(manifest.blobs ?? [], &files)
        if let consistency = manifest.consistency {
            var hashes: [TreeHash] = []
            for (number, text) in consistency.enumerated() {
                guard let hash = TreeHash(base64: text) else { throw .field("consistency[\(number)]", .form) }
                hashes.append(hash)
            }
            continuation = Continuation(from: try files.takeNote(AuditBundle.rememberedPath), proof: hashes)
        } else {
            continuation = nil
        }
        if let path = files.first { throw .unexpectedFile(path) }
    }

    private static func blobs(
        _ entries: [BundleManifest.Blob], _ files: inout BundleFiles
    ) throws(BundleError) -> [Blob] {
        var blobs: [Blob] = []
        for (number, entry) in entries.enumerated() {
            guard entry.position > 0 else { throw .field("blobs[\(number)].position", .form) }
            guard let digest = BlobDigest(entry.digest) else { throw .field("blobs[\(number)].digest", .form) }
            if let last = blobs.last, digest <= last.digest { throw .blob(entry.digest, .order) }
            let content = entry.included ? try files.take(blobPath(digest)) : nil
            blobs.append(Blob(digest: digest, position: entry.position, content: content))
        }
        return blobs
    }
}

extension AuditBundle.Event {
    fileprivate init(_ entry: BundleManifest.Event, _ files: inout BundleFiles) throws(BundleError) {
        let position = entry.position
        var hashes: [TreeHash] = []
        for (number, text) in entry.proof.enumerated() {
            guard let hash = TreeHash(base64: text) else { throw .event(position, .proofHash(number + 1)) }
            hashes.append(hash)
        }
        let header = try files.take(AuditBundle.headerPath(position))
        var content: AuditBundle.Content?
        if let text = entry.salt {
            guard let salt = Hex.decode(text), salt.count == 16 else { throw .event(position, .salt) }
            content = AuditBundle.Content(salt: salt, payload: try files.take(AuditBundle.payloadPath(position)))
        }
        self.init(position: position, header: header, content: content, proof: hashes)
    }
}

/// The files of a bundle that nothing has asked for yet.
private struct BundleFiles {
    private var files: [String: [UInt8]]

    init(_ files: [String: [UInt8]]) {
        self.files = files
    }

    /// The first of them by name.
    var first: String? { files.keys.min() }

    mutating func take(_ path: String) throws(BundleError) -> [UInt8] {
        guard let bytes = files.removeValue(forKey: path) else { throw .missingFile(path) }
        return bytes
    }

    mutating func takeNote(_ path: String) throws(BundleError) -> Note {
        let bytes = try take(path)
        do throws(NoteError) {
            return try Note(bytes)
        } catch {
            throw .treeHead(path, error)
        }
    }
}
