import Foundation
import SwiftProtobuf

/// The fold as bytes, so that a start of the server goes on from where it was and not from the log's beginning. They are only
/// a shortcut: without them, or when another version wrote them, the log is folded anew.
extension AlertFold {
    /// Raised with every change of what a fold remembers.
    private static let snapshotVersion = 2

    private struct Snapshot: Codable {
        var format: Int
        var position: UInt64
        var version: UInt64
        var rules: [AlertRule.ID: Data]
        var ownRules: [AlertRule.ID: Data]
        var sessions: [String: WatchedSession]
        var server: [String: [WatchedSession.Watch]]
        var places: [Alert.ID: Place]
    }

    /// The digest of all that follows it, and the fold.
    package func snapshot() throws -> [UInt8] {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let bytes = Array(
            try encoder.encode(
                Snapshot(
                    format: Self.snapshotVersion, position: position.rawValue, version: version,
                    rules: try rules.mapValues { try $0.settings.serializedBytes() },
                    ownRules: try ownRules.mapValues { try $0.settings.serializedBytes() }, sessions: sessions,
                    server: server, places: places)))
        return Digest(hashing: bytes).bytes + bytes
    }

    /// Nil when the bytes are not those of a snapshot of this version, or any of them has changed.
    package init?(snapshot bytes: [UInt8]) {
        let content = bytes.dropFirst(Digest.byteCount)
        guard Digest(bytes: bytes.prefix(Digest.byteCount)) == Digest(hashing: content),
            let snapshot = try? PropertyListDecoder().decode(Snapshot.self, from: Data(content)),
            snapshot.format == Self.snapshotVersion
        else { return nil }
        position = LogPosition(snapshot.position)
        version = snapshot.version
        rules = snapshot.rules.compactMapValues { (try? AlertRuleSettings(serializedBytes: $0)).flatMap { Rule($0) } }
        ownRules = snapshot.ownRules.compactMapValues {
            (try? AlertRuleSettings(serializedBytes: $0)).flatMap { Rule($0) }
        }
        sessions = snapshot.sessions
        server = snapshot.server
        places = snapshot.places
    }
}
