package import API
import Tracking

extension RunFacts {
    /// What the API tells of a session.
    ///
    /// - Parameter address: The server's, for links; without one they begin at its root.
    package init(_ session: SessionInfo, _ checkpoints: [CheckpointInfo], address: String = "") {
        self.init(
            id: session.id, name: session.name.isEmpty ? session.id : session.name, status: session.status.rawValue,
            createdAt: session.createdAt)
        startedAt = session.startedAt
        endedAt = session.completedAt
        tags = session.tags
        notes = session.notes
        params = session.params
        configuration = session.configuration
        self.checkpoints = checkpoints.map { checkpoint in
            Checkpoint(
                id: checkpoint.id, epoch: checkpoint.epoch, step: Int64(checkpoint.step ?? 0),
                time: checkpoint.createdAt, byteCount: checkpoint.byteCount, digest: checkpoint.digest.description,
                link: address + Operation.downloadCheckpoint.target([checkpoint.id]))
        }
    }
}

extension ShownArtifact {
    /// Nil for what TensorBoard cannot show.
    package init?(_ artifact: ArtifactInfo) {
        self.init(
            kind: artifact.kind, contentType: artifact.contentType, key: artifact.key, path: artifact.path,
            step: artifact.step, time: artifact.createdAt)
    }

    /// The artifacts that TensorBoard can show, those of one series and step together, each series in the order of its steps.
    package static func groups(of artifacts: [ArtifactInfo]) -> [(shown: ShownArtifact, files: [ArtifactInfo])] {
        var groups: [(shown: ShownArtifact, files: [ArtifactInfo])] = []
        var places: [String: Int] = [:]
        for artifact in artifacts where artifact.byteCount <= maximumByteCount {
            guard let shown = ShownArtifact(artifact) else { continue }
            let key = "\(shown.kind.rawValue)\n\(shown.tag)\n\(shown.step)"
            if let place = places[key] {
                groups[place].files.append(artifact)
            } else {
                places[key] = groups.count
                groups.append((shown, [artifact]))
            }
        }
        groups.sort { ($0.shown.tag, $0.shown.step) < ($1.shown.tag, $1.shown.step) }
        for place in groups.indices {
            // Pictures of one step are numbered without zeros before the number.
            groups[place].files.sort { ($0.path.utf8.count, $0.path) < ($1.path.utf8.count, $1.path) }
        }
        return groups
    }

    /// The largest file that is shown; the Python client's are no larger.
    package static let maximumByteCount: Int64 = 64 << 20
}
