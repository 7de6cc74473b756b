import ReadModels
package import Tracking

extension Queries {
    /// The checkpoints that are asked for, and how many there are on all pages.
    package func checkpoints(
        _ query: CheckpointListQuery, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<(checkpoints: [CheckpointEntry], total: Int)> {
        let all = try await read(freshness, asOf: asOf) { snapshot in
            guard let session = query.session else {
                return try snapshot.checkpoints(of: nil, includesSuperseded: query.includesSuperseded)
            }
            var entries: [CheckpointEntry] = []
            for id in query.includesLineage ? try snapshot.lineage(of: session) : [session] {
                _ = try snapshot.document(of: id)
                entries += try snapshot.checkpoints(of: id, includesSuperseded: query.includesSuperseded)
            }
            return entries
        }
        return all.map { entries in
            let named = query.metric.map { name in entries.filter { $0.value(of: name) != nil } } ?? entries
            let page = query.sorted(named).dropFirst(query.offset).prefix(query.limit ?? .max)
            return (Array(page), named.count)
        }
    }

    /// The checkpoint called `id`.
    ///
    /// - Throws: `unknown`, and `checkpointDeleted` for one that was deleted.
    package func checkpoint(_ id: String, _ freshness: Freshness = .current) async throws -> Answer<CheckpointEntry> {
        try await read(freshness) { try $0.present(checkpoint: id) }
    }

    /// The artifacts of a session that are asked for.
    package func artifacts(
        of id: Session.ID, _ filter: ArtifactFilter, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<[ArtifactVersions]> {
        try await read(freshness, asOf: asOf) { snapshot in
            _ = try snapshot.document(of: id)
            let artifacts = try snapshot.artifacts(of: id, includesSuperseded: filter.includesSuperseded)
            var answers: [ArtifactVersions] = []
            for artifact in filter.selected(from: artifacts) {
                answers.append(try snapshot.versions(of: artifact, in: id))
            }
            return answers
        }
    }

    /// The artifact at `path`: its newest version, or with `digest` the version that has it, also of a deleted path.
    package func artifact(
        _ path: String, of id: Session.ID, digest: Digest?, _ freshness: Freshness = .current
    ) async throws -> Answer<ArtifactDocument> {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: id)
            let artifact = try snapshot.artifact(path, of: id, digest: digest)
            guard let artifact else {
                if let removal = try snapshot.removal(ofArtifact: path, of: id) {
                    throw TrackerError.artifactDeleted(path, by: removal)
                }
                throw TrackerError.unknown(.artifact, path)
            }
            return artifact
        }
    }

    /// The removal of the artifact at `path`, whose bytes were not found; nil when it was not removed.
    package func removal(of path: String, in id: Session.ID) async throws -> TrackerError? {
        try await read { snapshot in
            try snapshot.removal(ofArtifact: path, of: id).map { TrackerError.artifactDeleted(path, by: $0) }
        }.value
    }

    /// The webhooks that there are, in the order of their creation.
    package func webhooks(_ freshness: Freshness) async throws -> Answer<[WebhookDocument]> {
        try await read(freshness) { try $0.webhooks() }
    }

    package func webhook(_ id: String, _ freshness: Freshness) async throws -> Answer<WebhookDocument> {
        try await read(freshness) { snapshot in
            guard let webhook = try snapshot.webhook(id) else { throw TrackerError.unknown(.webhook, id) }
            return webhook
        }
    }

    /// The deliveries of a webhook, the newest events first.
    ///
    /// - Parameter statuses: Only those that are `delivered`, `retrying`, `failed` or `pending`; empty for all.
    package func deliveries(
        of webhook: String, statuses: Set<String>, limit: Int, offset: Int, _ freshness: Freshness
    ) async throws -> Answer<(webhook: WebhookDocument, deliveries: [DeliveryDocument])> {
        try await read(freshness) { snapshot in
            guard let document = try snapshot.webhook(webhook) else { throw TrackerError.unknown(.webhook, webhook) }
            let deliveries = try snapshot.deliveries(of: webhook, limit: limit, offset: offset) { delivery in
                statuses.isEmpty || statuses.contains(delivery.status)
            }
            return (document, deliveries)
        }
    }

    package func delivery(
        _ text: String, of webhook: String, _ freshness: Freshness
    ) async throws -> Answer<DeliveryDocument> {
        try await read(freshness) { snapshot in
            guard let id = Webhook.ID(webhook), try snapshot.webhook(webhook) != nil else {
                throw TrackerError.unknown(.webhook, webhook)
            }
            guard let name = Webhook.DeliveryID(text, of: id),
                let delivery = try snapshot.delivery(of: webhook, at: name.position)
            else { throw TrackerError.unknown(.delivery, text) }
            return delivery
        }
    }
}

/// An artifact and its earlier versions, oldest first.
package struct ArtifactVersions: Sendable {
    package var artifact: ArtifactEntry
    package var earlier: [ArtifactDocument]
}

extension ReadModelSnapshot {
    func present(checkpoint text: String) throws -> CheckpointEntry {
        guard let id = Checkpoint.ID(text), let entry = try checkpoint(id) else {
            throw TrackerError.unknown(.checkpoint, text)
        }
        guard !entry.document.deleted else {
            throw entry.deletion
        }
        return entry
    }

    func versions(of artifact: ArtifactEntry, in session: Session.ID) throws -> ArtifactVersions {
        let document = artifact.document
        guard document.version > 1 else { return ArtifactVersions(artifact: artifact, earlier: []) }
        let versions = try artifactVersions(of: document.path, in: session)
        return ArtifactVersions(artifact: artifact, earlier: versions.filter { $0.version < document.version })
    }

    /// The session and those it continues, itself first. At most 1,000.
    fileprivate func lineage(of session: Session.ID) throws -> [Session.ID] {
        var ids = [session]
        while ids.count < 1000, let last = ids.last {
            let document = try document(of: last)
            guard document.hasParentCheckpoint, let parent = Session.ID(document.parentCheckpoint.sessionID),
                !ids.contains(parent)
            else { break }
            ids.append(parent)
        }
        return ids
    }
}

extension CheckpointEntry {
    /// Says that it was deleted, as the last event of its document did.
    var deletion: TrackerError {
        .checkpointDeleted(
            document.checkpointID, by: LogPosition(document.lastPosition), reason: document.deletionReason)
    }
}
