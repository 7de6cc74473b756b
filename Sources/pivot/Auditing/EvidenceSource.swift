import Tracking
import TrackingClient
package import Transparency

/// Gives what a bundle or a published log is made of: a server, or the files of one that does not run. Nothing of it is
/// trusted.
protocol EvidenceSource: Sendable {
    /// The log as tiles.
    var log: any TiledLog { get }

    /// The records of `session` that the tree with `head` has, with their proofs, and with their payloads unless they were
    /// redacted.
    ///
    /// - Throws: ``AuditFault`` when what comes is no record.
    func events(of session: String, _ streams: EventStreams, in head: TreeHead) async throws -> [AuditBundle.Event]

    /// The proof that the tree of `new` records begins with that of `old`.
    ///
    /// - Throws: ``AuditFault`` when what comes is no proof.
    func consistency(from old: UInt64, to new: UInt64) async throws -> ConsistencyProof

    /// The bytes of `file`, which `session` saved.
    ///
    /// - Parameter progress: Called with the number of bytes that came.
    func content(
        of file: SessionFiles.File, in session: String, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> [UInt8]
}

extension BundleReport {
    /// Checks that the events, which were proven, are all of `session`, and of each of its streams all up to the last: none
    /// was left out in between.
    package func checkStreams(of session: String) throws(AuditFault) {
        var versions: [String: UInt64] = [:]
        for event in events {
            let header = event.header
            guard header.stream == "session/\(session)" || header.stream == "telemetry/\(session)" else {
                throw AuditFault("Event \(header.position) is one of \(header.stream), not of \(session).")
            }
            let expected = versions[header.stream, default: 0] + 1
            guard header.version == expected else {
                throw AuditFault(
                    "Event \(header.position) has the number \(header.version) in \(header.stream), and number "
                        + "\(expected) is missing: it was left out.")
            }
            versions[header.stream] = expected
        }
    }
}
