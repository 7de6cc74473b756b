package import API
package import JSON
import Tracking
import TrackingClient
import Transparency

/// What is proven of the steps of a lineage: of each, that its event is in the tree which the log's key has signed.
package struct LineageProofs {
    /// What is proven of a step.
    package struct Step: Equatable {
        package enum Outcome: String {
            /// The event is in the tree, with the content that the step tells.
            case proved
            /// The event is in the tree; its content is not told by the proof.
            case headerProved = "header_proved"
            /// What the server says of it is not what the log says.
            case wrong
            /// There is nothing to prove, or no proof of it.
            case unproved
        }

        package var outcome: Outcome
        /// Why it is not proved with its content; nil when it is.
        package var reason: String?

        package init(_ outcome: Outcome, _ reason: String? = nil) {
            self.outcome = outcome
            self.reason = reason
        }
    }

    private static let pause = Duration.milliseconds(250)
    /// The number of times that the tree head is asked for again while it does not reach the last step.
    private static let patience = 12

    /// One for each step of the lineage.
    package var steps: [Step] = []
    /// The size and root of the tree in which all is proven, and the key that signed it; nil when there is none.
    package var tree: (size: UInt64, root: String, key: String)?
    /// What to tell somebody who gave no key, or why there are no proofs.
    package var remark: String?

    package init() {}

    /// Asks for the proofs of all steps and verifies them. A server that has none is no error.
    ///
    /// - Throws: ``AuditFault`` when the tree head is not signed by a trusted key.
    static func all(
        of lineage: ModelLineageInfo, trusted: [VerifierKey], _ client: APIClient
    ) async throws -> LineageProofs {
        var proofs = LineageProofs()
        let identity: LogIdentity
        do {
            identity = try await LogIdentity(trusted, from: client)
        } catch let error as ClientError where error.status == 404 {
            proofs.remark = "This server gives no proofs of its log: the steps are its word."
            proofs.steps = lineage.steps.map { _ in Step(.unproved, "the server gives no proofs") }
            return proofs
        }
        let end = lineage.steps.compactMap(\.position).max() ?? 0
        var (treeHead, signers) = try identity.verified(try await client.logCheckpoint(), "The tree head")
        // A tree head is signed at most once a second; with witnesses the published one may be a minute old.
        for _ in 0..<patience where treeHead.head.size < end {
            try await Task.sleep(for: pause)
            (treeHead, signers) = try identity.verified(try await client.logCheckpoint(), "The tree head")
        }
        let head = treeHead.head
        proofs.tree = (head.size, head.root.description, signers.first?.description ?? "")
        if !identity.isGiven { proofs.remark = identity.warning }
        for step in lineage.steps {
            do {
                proofs.steps.append(try await prove(step, of: lineage.model, in: head, client))
            } catch let fault as AuditFault {
                proofs.steps.append(Step(.wrong, fault.description))
            } catch let error as ClientError where error.status == 404 {
                proofs.steps.append(Step(.unproved, error.message))
            }
        }
        return proofs
    }

    private static func prove(
        _ step: LineageStepInfo, of model: String, in head: TreeHead, _ client: APIClient
    ) async throws -> Step {
        guard let position = step.position, position > 0 else { return Step(.unproved, "no event says it") }
        guard position <= head.size else {
            return Step(.unproved, "the tree head that is published does not reach it yet; ask again in a minute")
        }
        var query = SessionProofQuery()
        (query.after, query.limit, query.size, query.includesPayloads) = (position - 1, 1, head.size, true)
        let page: EventProofs
        if step.kind == "alias" {
            page = try await client.modelProofs(model, query)
        } else if let session = step.sessionID {
            page = try await client.sessionProofs(session, query)
        } else {
            throw AuditFault("The step does not name its session.")
        }
        guard let event = try page.events.first(where: { $0.position == position }).map(ServerEvidence.parse) else {
            throw AuditFault("The log has no event of \(step.sessionID ?? model) at position \(position).")
        }
        guard let header = BundledHeader(event.header), header.position == position else {
            throw AuditFault("The header at position \(position) is none of that position.")
        }
        try verify(event.header, event.proof, at: position, in: head)
        try check(step, header)
        guard let content = event.content else { return Step(.headerProved, "its content was redacted") }
        guard header.payloadByteCount == content.payload.count, header.matches(content) else {
            throw AuditFault("The content of event \(position) is not what the log was given.")
        }
        if step.kind == "alias" {
            try LineageContent(step).check(
                try ModelEvent(type: header.type, payload: content.payload), at: position)
        } else {
            try LineageContent(step).check(
                try SessionEvent(type: header.type, payload: content.payload), at: position)
        }
        return Step(.proved)
    }

    private static func verify(
        _ header: [UInt8], _ hashes: [TreeHash], at position: UInt64, in head: TreeHead
    ) throws(AuditFault) {
        do throws(ProofError) {
            try InclusionProof(index: position - 1, size: head.size, hashes: hashes).verify(.leaf(header), in: head)
        } catch {
            throw AuditFault("Event \(position): \(error)")
        }
    }

    /// Checks that the step says of its event what the event's header says.
    private static func check(_ step: LineageStepInfo, _ header: BundledHeader) throws(AuditFault) {
        guard header.type == step.event, header.recordedAt == step.recordedAt?.rawValue else {
            throw AuditFault(
                "Event \(header.position) is a \(header.type) in the log, recorded at "
                    + "\(Timestamp(rawValue: header.recordedAt)), not what the server says.")
        }
    }

    /// The lineage with what is proven of each step.
    package func json(_ lineage: ModelLineageInfo) -> JSONValue {
        var object = lineage.json.objectValue ?? JSONObject()
        object["steps"] = .array(
            zip(lineage.steps, steps).map { step, proof in
                var fields = step.json.objectValue ?? JSONObject()
                fields["proof"] = .string(proof.outcome.rawValue)
                if let reason = proof.reason { fields["proof_reason"] = .string(reason) }
                return .object(fields)
            })
        if let tree {
            object["tree_head"] = [
                "size": .integer(Int64(clamping: tree.size)), "root_hash": .string(tree.root),
                "verifier_key": .string(tree.key),
            ]
        }
        if let remark { object["remark"] = .string(remark) }
        return .object(object)
    }
}
