import JSON
import TrackingClient
import Transparency

/// Verifies a log from outside, with nothing but public keys and what was remembered of it.
struct OutsideAudit {
    /// What is to be verified beside the signature.
    struct Wishes {
        /// The note that is remembered, and where it came from.
        var since: (path: String, bytes: [UInt8])?
        /// The session whose events are to be proven in the tree.
        var session: String?
        var streams = EventStreams.session
        /// True to compute the whole tree again from what is served.
        var all = false
    }

    private let identity: LogIdentity
    private let log: any TiledLog
    private let wishes: Wishes
    private(set) var report: AuditReport
    /// The newest tree head, once it was verified.
    private(set) var treeHead: SignedTreeHead?
    /// A trusted key that signed it.
    private var signer: VerifierKey?

    init(_ log: any TiledLog, _ identity: LogIdentity, _ wishes: Wishes, report: AuditReport) {
        self.log = log
        self.identity = identity
        self.wishes = wishes
        self.report = report
    }

    /// The log, its key and its tree head, for programs.
    var facts: [(String, JSONValue)] {
        var facts: [(String, JSONValue)] = [
            ("log", .string(identity.origin)), ("key_was_given", .bool(identity.isGiven)),
        ]
        if let key = signer ?? identity.trusted.first { facts.append(("key", .string(key.description))) }
        if let head = treeHead?.head {
            facts += [("size", .integer(Int64(clamping: head.size))), ("root_hash", .string(head.root.hex))]
        }
        return facts
    }

    /// Verifies all that is wished. What is wrong stands in the report; other errors are thrown.
    ///
    /// - Parameter source: Is asked for proofs; nil for a folder, from whose tiles they are computed.
    mutating func run(_ source: (any EvidenceSource)?) async throws {
        guard try await checkSignature() else { return }
        guard let head = treeHead?.head else { return }
        if let since = wishes.since { try await checkContinuation(of: since, by: head, source) }
        if let session = wishes.session, let source { try await checkSession(session, head, source) }
        if wishes.all { try await checkTiles(head) }
    }

    private mutating func checkSignature() async throws -> Bool {
        let (log, identity) = (log, identity)
        var found: SignedTreeHead?
        var signer: VerifierKey?
        let isSigned = try await report.check("signature") {
            Console.standard.setStatus("reading the tree head")
            let (treeHead, keys) = try identity.verified(try await log.treeHead(), "The tree head")
            found = treeHead
            signer = keys.first
            let signers = keys.map { "\($0.name)+\($0.idText)" }.joined(separator: " and ")
            return
                "The tree head of \(treeHead.head.size) records, root \(treeHead.head.root), is signed by \(signers)."
        }
        treeHead = found
        self.signer = signer
        return isSigned
    }

    private mutating func checkContinuation(
        of since: (path: String, bytes: [UInt8]), by head: TreeHead, _ source: (any EvidenceSource)?
    ) async throws {
        let (identity, log) = (identity, log)
        _ = try await report.check("consistency") {
            let old = try identity.verified(since.bytes, since.path).treeHead.head
            do throws(ProofError) {
                // Sizes that need no proof are not asked for.
                guard old.size > 0, old.size < head.size else {
                    try ConsistencyProof(from: old.size, to: head.size, hashes: []).verify(from: old, to: head)
                    return
                        "It is the tree head of \(old.size) records that \(since.path) remembers, and nothing was added."
                }
            } catch {
                throw AuditFault("The log does not continue what \(since.path) remembers. \(error)")
            }
            let proof = try await OutsideAudit.proof(from: old, to: head, log, source)
            do throws(ProofError) {
                try proof.verify(from: old, to: head)
            } catch {
                throw AuditFault("The log does not continue what \(since.path) remembers. \(error)")
            }
            return
                "It continues the tree head of \(old.size) records that \(since.path) remembers: none of them was "
                + "changed, removed or put in between."
        }
    }

    private static func proof(
        from old: TreeHead, to head: TreeHead, _ log: any TiledLog, _ source: (any EvidenceSource)?
    ) async throws -> ConsistencyProof {
        if let source { return try await source.consistency(from: old.size, to: head.size) }
        guard let folder = log as? FolderLog else { preconditionFailure("a log without a server is a folder") }
        do {
            return try ConsistencyProof(from: old.size, to: head.size, reader: TiledHashReader(head, source: folder))
        } catch let error as TileError {
            throw AuditFault(error)
        }
    }

    private mutating func checkSession(
        _ session: String, _ head: TreeHead, _ source: any EvidenceSource
    ) async throws {
        guard let treeHead, let key = signer else { return }
        let (streams, origin) = (wishes.streams, identity.origin)
        _ = try await report.check("session") {
            let events = try await source.events(of: session, streams, in: head)
            guard !events.isEmpty else { throw AuditFault("The tree has no event of \(session) yet.") }
            let report: BundleReport
            do throws(BundleError) {
                let bundle = AuditBundle(
                    origin: origin, key: key, treeHead: treeHead.note, events: events)
                report = try bundle.verify()
            } catch {
                throw AuditFault(error)
            }
            try report.checkStreams(of: session)
            let redacted = report.events.count { $0.payload == nil }
            let note = redacted == 0 ? "" : "; the payloads of \(redacted) were redacted"
            return
                "The \(events.count) events of \(session), up to position \(events.last?.position ?? 0), are in the tree "
                + "with these payloads, and none before the last is missing\(note)."
        }
    }

    private mutating func checkTiles(_ head: TreeHead) async throws {
        let log = log
        _ = try await report.check("log") {
            var meter = AuditMeter("verifying")
            try await TiledLogCheck(log, head: head).run(progress: { meter.update($0, of: head.size) })
            return "The \(head.size) records that are served have the root that was signed, tile by tile."
        }
    }
}
