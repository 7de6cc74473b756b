package import Transparency

/// Somebody else who signs tree heads that continue the last one they signed, so that nobody is shown another history.
package struct Witness: Hashable, Sendable {
    /// The address before `/add-checkpoint`, without a slash at its end.
    package let url: String
    package let key: VerifierKey

    package init(url: String, key: VerifierKey) {
        self.url = url
        self.key = key
    }
}

/// Sends requests to witnesses.
package protocol WitnessSender: Sendable {
    /// What the receiver answered to `body`, POSTed to `url`: its status, media type and body, of bounded length.
    ///
    /// - Throws: When it does not answer in time.
    func post(_ body: [UInt8], to url: String) async throws -> (status: Int, type: String?, body: [UInt8])
}

/// The tree head that is shown to witnesses, and what is needed to prove it to them.
struct WitnessRound: Sendable {
    let treeHead: SignedTreeHead
    let projection: TileProof
    let sender: any WitnessSender

    /// Makes the proof that the tree of the tree head continues the one of a size.
    typealias TileProof = @Sendable (_ old: UInt64, _ new: UInt64) async throws -> ConsistencyProof

    /// The cosignatures of `witness`, which signed the tree head of size `old` last.
    ///
    /// A witness that remembers another size is asked again from there, once.
    ///
    /// - Throws: What went wrong.
    func ask(_ witness: Witness, after old: UInt64) async throws -> [NoteSignature] {
        var old = min(old, treeHead.head.size)
        for isFirst in [true, false] {
            let proof = try await projection(old, treeHead.head.size)
            let request = WitnessRequest(treeHead: treeHead, continuing: proof)
            let answer = try await sender.post(request.encoded, to: witness.url + "/add-checkpoint")
            switch try WitnessAnswer(status: answer.status, type: answer.type, body: answer.body) {
            case .cosigned(let signatures): return signatures
            case .conflict(let size):
                guard isFirst, size <= treeHead.head.size else {
                    throw WitnessError.inconsistent("it signed a tree head of size \(size)")
                }
                old = size
            }
        }
        return []
    }
}
