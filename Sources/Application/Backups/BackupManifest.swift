package import JSON
package import Tracking
package import Transparency

/// The content of a backup. It is written last, so a backup without one is incomplete.
package struct BackupManifest: Equatable, Sendable {
    /// The number of the form of backups that this release writes.
    package static let format: Int64 = 1
    /// The most bytes that are read as a manifest.
    package static let maximumByteCount = 16 << 20

    /// The head of the tree over all its records: their number, which is the position of the last one, and the root.
    package var tree: TreeHead
    /// The number of objects of blobs that it holds at least, and the bytes of their files.
    package var objectCount: Int
    package var objectByteCount: Int64
    /// The objects that were damaged in the source already and are left out.
    package var damaged: [Digest]
    package var createdAt: Timestamp
    /// The release that wrote it.
    package var release: String

    package init(
        tree: TreeHead, objectCount: Int, objectByteCount: Int64, damaged: [Digest], createdAt: Timestamp,
        release: String
    ) {
        (self.tree, self.objectCount, self.objectByteCount) = (tree, objectCount, objectByteCount)
        (self.damaged, self.createdAt, self.release) = (damaged, createdAt, release)
    }

    /// The position of the last record.
    package var position: LogPosition { LogPosition(tree.size) }

    package var json: JSONValue {
        [
            "format": .integer(Self.format), "position": .count(tree.size), "root": .string(tree.root.base64),
            "objects": .count(objectCount), "object_bytes": .count(objectByteCount),
            "damaged": .array(damaged.map { .string($0.description) }),
            "created_at": .string(createdAt.description), "pivot_version": .string(release),
        ]
    }

    /// The manifest as the bytes of its file.
    package var encoded: [UInt8] { json.encoded(pretty: true) + Array("\n".utf8) }

    /// Reads a manifest; `place` names it in errors.
    ///
    /// - Throws: `damaged` for what is none, `unusable` for one of a later form.
    package init(_ bytes: [UInt8], of place: String) throws(BackupError) {
        let document: JSONValue
        do {
            document = try JSONValue.parse(bytes)
        } catch {
            throw Self.damage(place, "it is not JSON")
        }
        guard let format = document["format"]?.integerValue else { throw Self.damage(place, "format is missing") }
        guard format == Self.format else {
            let release = document["pivot_version"]?.stringValue ?? "a later release"
            throw BackupError(
                .unusable,
                "The backup \(place) has format \(format), written by PIVOT \(release); this binary knows \(Self.format). "
                    + "Use that release or a later one.")
        }
        guard let position = document["position"]?.integerValue, position >= 0 else {
            throw Self.damage(place, "position is missing")
        }
        guard let root = document["root"]?.stringValue.flatMap({ TreeHash(base64: $0) }) else {
            throw Self.damage(place, "root is missing")
        }
        guard let objects = document["objects"]?.integerValue, let bytes = document["object_bytes"]?.integerValue,
            objects >= 0, bytes >= 0
        else { throw Self.damage(place, "objects or object_bytes is missing") }
        let damaged = (document["damaged"]?.arrayValue ?? []).map { $0.stringValue.flatMap { Digest($0) } }
        guard let createdAt = document["created_at"]?.stringValue.flatMap({ Timestamp($0) }),
            let release = document["pivot_version"]?.stringValue, damaged.allSatisfy({ $0 != nil })
        else { throw Self.damage(place, "created_at, pivot_version or damaged is missing") }
        self.init(
            tree: TreeHead(size: UInt64(position), root: root), objectCount: Int(objects), objectByteCount: bytes,
            damaged: damaged.compactMap { $0 }, createdAt: createdAt, release: release)
    }

    private static func damage(_ place: String, _ how: String) -> BackupError {
        BackupError(
            .damaged, "The manifest of the backup \(place) cannot be read: \(how). Restore from another backup.")
    }
}
