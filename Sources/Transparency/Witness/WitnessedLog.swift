/// What a witness remembers of a log, and what it answers to the next tree head (C2SP tlog-witness, `add-checkpoint`).
///
/// It only judges. Whoever signs writes the tree head durably first, and lets nobody else judge in between.
package struct WitnessedLog: Sendable {
    /// The log's name.
    package let origin: String
    /// The keys that are trusted for it.
    package let keys: [VerifierKey]
    /// The tree head that was signed last; the empty tree's when there is none.
    package private(set) var last: TreeHead

    /// What is to be done with a request that is in order.
    package enum Verdict: Hashable, Sendable {
        /// The tree head continues the last one: it is to be remembered, and then signed.
        case sign
        /// 409: another size was signed last, or another root of the same size.
        case conflict(size: UInt64)
    }

    package init(origin: String, keys: [VerifierKey], last: TreeHead = .empty) {
        self.origin = origin
        self.keys = keys
        self.last = last
    }

    /// Says what is to be done with `request`, which is for this log.
    ///
    /// - Throws: `forbidden` when no trusted key has signed the tree head or one of their signatures is wrong, and
    ///   `inconsistent` when the proof does not lead from the last tree head to it. Each with the reason.
    package func verdict(on request: WitnessRequest) throws(WitnessError) -> Verdict {
        let treeHead = request.treeHead
        do throws(NoteError) {
            guard treeHead.origin == origin else { throw .origin(treeHead.origin, expected: origin) }
            _ = try treeHead.note.verified(by: keys)
        } catch {
            throw .forbidden(error.description)
        }
        guard request.old == last.size else { return .conflict(size: last.size) }
        if treeHead.head.size == last.size, treeHead.head.root != last.root { return .conflict(size: last.size) }
        do throws(ProofError) {
            try request.proof.verify(from: last, to: treeHead.head)
        } catch {
            throw .inconsistent(error.description)
        }
        return .sign
    }

    /// Remembers `head`, which was judged and is on disk.
    package mutating func remember(_ head: TreeHead) { last = head }
}
