import API
import Foundation
import TrackingClient
package import Transparency

/// The records of a session with their proofs, as a server gives them; nothing of it is verified yet.
package enum SessionEvidence {
    /// The records of `session` that the tree with `head` has, with their payloads unless they were redacted.
    ///
    /// - Throws: ``AuditFault`` when what comes is no record.
    static func events(
        of session: String, _ streams: EventStreams, in head: TreeHead, from client: APIClient
    ) async throws -> [AuditBundle.Event] {
        var query = SessionProofQuery()
        query.streams = streams
        query.limit = 1000
        query.size = head.size
        query.includesPayloads = true
        var events: [AuditBundle.Event] = []
        while true {
            let page = try await client.sessionProofs(session, query)
            for event in page.events { events.append(try parse(event)) }
            Console.standard.setStatus("reading the proofs of \(session): \(events.count) records")
            guard let next = page.nextAfter else { return events }
            guard next > query.after ?? 0 else {
                throw AuditFault("The server's pages of \(session) do not go on after position \(next).")
            }
            query.after = next
        }
    }

    /// The record of `session` at `position` with its payload, unless that was redacted; nil when the session has none there.
    ///
    /// - Throws: ``AuditFault`` when what comes is no record.
    static func event(
        of session: String, at position: UInt64, in head: TreeHead, from client: APIClient
    ) async throws -> AuditBundle.Event? {
        var query = SessionProofQuery()
        query.after = position - 1
        query.limit = 1
        query.size = head.size
        query.includesPayloads = true
        let found = try await client.sessionProofs(session, query).events.first { $0.position == position }
        guard let found else { return nil }
        return try parse(found)
    }

    private static func parse(_ event: ProvenEvent) throws(AuditFault) -> AuditBundle.Event {
        func fault(_ what: String) -> AuditFault {
            AuditFault("Event \(event.position): \(what), as the server gave it.")
        }
        guard let header = Data(base64Encoded: event.header) else { throw fault("its header is not base64") }
        var content: AuditBundle.Content?
        if let salt = event.salt, let payload = event.payload {
            guard let salt = Data(base64Encoded: salt), let payload = Data(base64Encoded: payload) else {
                throw fault("its payload is not base64")
            }
            content = AuditBundle.Content(salt: Array(salt), payload: Array(payload))
        }
        var hashes: [TreeHash] = []
        for (number, text) in event.inclusion.hashes.enumerated() {
            guard let hash = TreeHash(hex: text) else {
                throw fault("hash \(number + 1) of its proof is not 64 hexadecimal digits")
            }
            hashes.append(hash)
        }
        return AuditBundle.Event(
            position: event.position, header: Array(header), content: content, proof: hashes)
    }

    /// Checks that the events of a report are all of `session`, and of each of its streams all up to the last: none was
    /// left out in between.
    package static func checkStreams(_ events: [BundleReport.Event], of session: String) throws(AuditFault) {
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
                        + "\(expected) is missing: the server left it out.")
            }
            versions[header.stream] = expected
        }
    }
}
