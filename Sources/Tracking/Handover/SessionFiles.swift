/// The files that belong to a session: what goes with it when it is handed to another server.
///
/// They are the checkpoints that were not deleted, and of each artifact that was not deleted the versions since it was saved
/// first or anew. A checkpoint that the session continues belongs to another session.
package struct SessionFiles: Sendable {
    package struct File: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case checkpoint(id: String, fileName: String)
            case artifact(path: String, version: UInt32, isCurrent: Bool)
        }

        package var kind: Kind
        package var digest: Digest
        package var byteCount: Int64
    }

    private var checkpoints: [(id: String, file: File)] = []
    private var artifacts: [(path: String, versions: [File])] = []
    private var checkpointPlaces: [String: Int] = [:]
    private var artifactPlaces: [String: Int] = [:]

    package init() {}

    /// Adds what `event` says. Digests that are none are passed over.
    package mutating func add(_ event: SessionEvent) {
        switch event {
        case .checkpointSaved(let saved):
            guard let digest = Digest(saved.digest) else { return }
            let file = File(
                kind: .checkpoint(id: saved.checkpointID, fileName: saved.fileName), digest: digest,
                byteCount: Int64(clamping: saved.byteCount))
            if let place = checkpointPlaces[saved.checkpointID] {
                checkpoints[place].file = file
            } else {
                checkpointPlaces[saved.checkpointID] = checkpoints.count
                checkpoints.append((saved.checkpointID, file))
            }
        case .checkpointDeleted(let deleted): checkpointPlaces[deleted.checkpointID] = nil
        case .artifactSaved(let saved):
            guard let digest = Digest(saved.digest) else { return }
            if artifactPlaces[saved.path] == nil {
                artifactPlaces[saved.path] = artifacts.count
                artifacts.append((saved.path, []))
            }
            guard let place = artifactPlaces[saved.path] else { return }
            artifacts[place].versions.append(
                File(
                    kind: .artifact(path: saved.path, version: saved.version, isCurrent: false), digest: digest,
                    byteCount: Int64(clamping: saved.byteCount)))
        case .artifactDeleted(let deleted): artifactPlaces[deleted.path] = nil
        default: break
        }
    }

    /// The checkpoints in the order in which they were saved, then the artifacts by the order of their first versions.
    package var all: [File] {
        let present = checkpoints.enumerated().filter { checkpointPlaces[$1.id] == $0 }.map(\.element.file)
        let kept = artifacts.enumerated().filter { artifactPlaces[$1.path] == $0 }.flatMap { _, artifact in
            artifact.versions.enumerated().map { place, version in
                guard case .artifact(let path, let number, _) = version.kind else { return version }
                var file = version
                file.kind = .artifact(path: path, version: number, isCurrent: place == artifact.versions.count - 1)
                return file
            }
        }
        return present + kept
    }
}
