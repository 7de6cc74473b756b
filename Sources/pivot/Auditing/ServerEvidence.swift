import API
import Foundation
import Tracking
import TrackingClient
import Transparency

/// What a server gives of its log.
struct ServerEvidence: EvidenceSource {
    let client: APIClient

    var log: any TiledLog { ServerLog(client: client) }

    func events(of session: String, _ streams: EventStreams, in head: TreeHead) async throws -> [AuditBundle.Event] {
        var query = SessionProofQuery()
        query.streams = streams
        query.limit = 1000
        query.size = head.size
        query.includesPayloads = true
        var events: [AuditBundle.Event] = []
        while true {
            let page = try await client.sessionProofs(session, query)
            for event in page.events { events.append(try Self.parse(event)) }
            Console.standard.setStatus("reading the proofs of \(session): \(events.count) records")
            guard let next = page.nextAfter else { return events }
            guard next > query.after ?? 0 else {
                throw AuditFault("The server's pages of \(session) do not go on after position \(next).")
            }
            query.after = next
        }
    }

    /// The record in what a server gives, with its content unless that was redacted; nothing of it is verified yet.
    ///
    /// - Throws: ``AuditFault`` when it is no record.
    static func parse(_ event: ProvenEvent) throws(AuditFault) -> AuditBundle.Event {
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

    func consistency(from old: UInt64, to new: UInt64) async throws -> ConsistencyProof {
        let info = try await client.consistencyProof(from: old, to: new)
        var hashes: [TreeHash] = []
        for (number, text) in info.hashes.enumerated() {
            guard let hash = TreeHash(hex: text) else {
                throw AuditFault("Hash \(number + 1) of the server's proof is not 64 hexadecimal digits.")
            }
            hashes.append(hash)
        }
        return ConsistencyProof(from: info.from, to: info.to, hashes: hashes)
    }

    func content(
        of file: SessionFiles.File, in session: String, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> [UInt8] {
        let folder = NSTemporaryDirectory() + "/pivot-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let content: Result<[UInt8], any Error>
        do {
            let target = folder + "/content"
            try await client.download(file, of: session, to: target) { progress($0.byteCount) }
            content = .success(Array(try Data(contentsOf: URL(fileURLWithPath: target))))
        } catch {
            content = .failure(error)
        }
        try FileManager.default.removeItem(atPath: folder)
        return try content.get()
    }
}
