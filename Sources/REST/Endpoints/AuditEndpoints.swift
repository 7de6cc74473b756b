import API
import Application
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import Tracking
import Transparency
import WebServer

/// The tree over the log: its signed heads, its proofs, its keys, and the log as tiles.
struct AuditEndpoints {
    /// A tile never changes.
    private static let forever = "max-age=31536000, immutable"
    /// The days for which the keys before sign too, unless the request says otherwise.
    private static let overlapDays = 90.0
    private static let dayMicroseconds = 86_400e6

    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.getTreeHead, treeHead), Endpoint(.getInclusionProof, inclusion),
            Endpoint(.getConsistencyProof, consistency), Endpoint(.getSessionProofs, sessionProofs),
            Endpoint(.getModelProofs, modelProofs), Endpoint(.getPublicKeys, keys), Endpoint(.rotateLogKey, rotate),
            Endpoint(.getLogCheckpoint, checkpoint), Endpoint(.getLogTile, tile),
        ]
    }

    @Sendable private func treeHead(_ call: Call) async throws -> Response {
        .document(TreeHeadInfo(try await tracker.audit.treeHead()), headers: [.cacheControl: "no-store"])
    }

    @Sendable private func inclusion(_ call: Call) async throws -> Response {
        guard let position = try call.query.position("position") else {
            throw FieldError("position", "is required")
        }
        let inclusion = try await tracker.audit.inclusion(of: position, size: try call.treeSize("size"))
        var info = InclusionProofInfo()
        (info.leafIndex, info.size) = (inclusion.proof.index, inclusion.proof.size)
        info.leafHash = inclusion.leaf.hex
        info.hashes = inclusion.proof.hashes.map(\.hex)
        return .document(info)
    }

    @Sendable private func consistency(_ call: Call) async throws -> Response {
        guard let from = try call.treeSize("from") else { throw FieldError("from", "is required") }
        let proof = try await tracker.audit.consistency(from: from, to: try call.treeSize("to"))
        var info = ConsistencyProofInfo()
        (info.from, info.to) = (proof.old, proof.new)
        info.hashes = proof.hashes.map(\.hex)
        return .document(info)
    }

    @Sendable private func sessionProofs(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        _ = try await tracker.core.state(of: session)
        let streams =
            switch call.query.text("stream") {
            case nil, "session": [session.stream]
            case "telemetry": [session.telemetry]
            case "all": [session.stream, session.telemetry]
            case let text?: throw FieldError("stream", "must be session, telemetry or all, not '\(text)'")
            }
        return try await proofs(of: streams, call)
    }

    @Sendable private func modelProofs(_ call: Call) async throws -> Response {
        let text = call.parameters["name"] ?? ""
        guard let name = Model.Name(text), try await tracker.core.store.version(of: name.stream) > .none else {
            throw TrackerError.unknown(.model, text)
        }
        return try await proofs(of: [name.stream], call)
    }

    private func proofs(of streams: [StreamID], _ call: Call) async throws -> Response {
        let limit = try call.query.limit(maximum: 1000) ?? 100
        let includesPayloads = try call.query.flag("payloads")
        let page = try await tracker.audit.page(
            of: streams, after: try call.query.position("after") ?? .start,
            limit: ReadLimit(count: limit, byteCount: 4 << 20), size: try call.treeSize("size"))
        var proofs = EventProofs()
        proofs.size = page.size
        proofs.treeHead = page.treeHead.map { TreeHeadInfo($0) }
        proofs.events = page.records.map { ProvenEvent($0, includesPayload: includesPayloads) }
        proofs.nextAfter = page.next?.rawValue
        return .document(proofs)
    }

    @Sendable private func keys(_ call: Call) async throws -> Response {
        .document(LogKeyList(try await tracker.audit.keys()))
    }

    @Sendable private func rotate(_ call: Call) async throws -> Response {
        let (rotation, body) = try await call.optionalJSON(LogKeyRotation.self, of: .rotateLogKey)
        let overlap = Int64((rotation.overlapDays ?? Self.overlapDays) * Self.dayMicroseconds)
        let written = try await tracker.audit.signer.rotate(
            overlap: overlap, as: try call.identity("rotate-log-key", body))
        return .written(written, status: .created) { LogKeyList($0) }
    }

    @Sendable private func checkpoint(_ call: Call) async throws -> Response {
        Self.file(
            try await tracker.audit.checkpoint(), type: "text/plain; charset=utf-8", cacheControl: "no-cache")
    }

    @Sendable private func tile(_ call: Call) async throws -> Response {
        let path = "tile/" + (call.parameters["path"] ?? "")
        return Self.file(
            try await tracker.audit.tile(at: path), type: "application/octet-stream", cacheControl: Self.forever)
    }

    private static func file(_ bytes: [UInt8], type: String, cacheControl: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: cacheControl,
            ], body: .init(byteBuffer: .init(bytes: bytes)))
    }
}

extension Call {
    /// A size of the tree.
    fileprivate func treeSize(_ name: String) throws(APIError) -> UInt64? {
        try query.integer(name, in: 0...Int.max).map { UInt64($0) }
    }
}

extension TreeHeadInfo {
    fileprivate init(_ treeHead: SignedTreeHead) {
        self.init()
        size = treeHead.head.size
        rootHash = treeHead.head.root.hex
        note = String(decoding: treeHead.note.encoded, as: UTF8.self)
    }
}

extension ProvenEvent {
    fileprivate init(_ proven: Audit.ProvenRecord, includesPayload: Bool) {
        self.init()
        position = proven.record.position.rawValue
        header = Data(proven.record.header).base64EncodedString()
        payloadDigest = proven.record.payloadDigest.withBytes { Hexadecimal.encode(Array($0)) }
        if includesPayload, let content = proven.record.content {
            salt = Data(content.salt).base64EncodedString()
            payload = Data(content.payload).base64EncodedString()
        }
        inclusion.leafIndex = proven.proof.index
        inclusion.hashes = proven.proof.hashes.map(\.hex)
    }
}

extension LogKeyList {
    fileprivate init(_ keys: LogKeys) {
        self.init()
        origin = keys.origin
        self.keys = keys.keys.map { key in
            var info = LogKeyInfo()
            info.status = key.isRetired ? "retired" : "signing"
            info.verifierKey = key.verifier.description
            info.publicKey = Hexadecimal.encode(key.verifier.publicKey)
            (info.signsUntil, info.lastSize) = (key.signsUntil, key.lastSize)
            return info
        }
    }
}
