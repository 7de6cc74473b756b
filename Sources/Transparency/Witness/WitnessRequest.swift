/// What a log asks a witness: to sign a tree head that continues the last one it signed (C2SP tlog-witness,
/// `add-checkpoint`).
package struct WitnessRequest: Hashable, Sendable {
    /// The size of the tree head that the witness signed last; 0 when there is none, or it is unknown.
    package let old: UInt64
    /// The consistency proof from there.
    package let hashes: [TreeHash]
    package let treeHead: SignedTreeHead

    /// The most hashes that a request may have.
    package static let maximumHashCount = 63

    package init(treeHead: SignedTreeHead, continuing proof: ConsistencyProof) {
        self.init(old: proof.old, hashes: proof.hashes, treeHead: treeHead)
    }

    private init(old: UInt64, hashes: [TreeHash], treeHead: SignedTreeHead) {
        self.old = old
        self.hashes = hashes
        self.treeHead = treeHead
    }

    /// The proof that the tree head continues the one of size `old`.
    package var proof: ConsistencyProof { ConsistencyProof(from: old, to: treeHead.head.size, hashes: hashes) }

    /// The body of the request: a line with the old size, a line for each hash, a blank line, and the note.
    package var encoded: [UInt8] {
        Array(("old \(old)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n").utf8) + treeHead.note.encoded
    }

    /// The request that `bytes` hold. Neither its signatures nor its proof are verified.
    ///
    /// - Throws: What is wrong; a witness answers 400 to all of it.
    package init(_ bytes: [UInt8]) throws(WitnessError) {
        guard let end = WitnessRequest.firstBlankLine(of: bytes),
            let lines = String(validating: bytes[..<end], as: UTF8.self)?.split(
                separator: "\n", omittingEmptySubsequences: false)
        else { throw .request(.form) }
        guard lines[0].hasPrefix("old "), let old = DecimalNumber.parse(lines[0].dropFirst(4)) else {
            throw .request(.oldSize)
        }
        guard lines.count - 1 <= WitnessRequest.maximumHashCount else { throw .request(.hashCount(lines.count - 1)) }
        var hashes: [TreeHash] = []
        for (number, line) in lines.dropFirst().enumerated() {
            guard let hash = TreeHash(base64: line) else { throw .request(.hash(number + 1)) }
            hashes.append(hash)
        }
        let treeHead: SignedTreeHead
        do throws(NoteError) {
            treeHead = try SignedTreeHead(Note(Array(bytes[(end + 2)...])))
        } catch {
            throw .request(.treeHead(error))
        }
        guard old <= treeHead.head.size else {
            throw .request(.oldBeyondSize(old: old, size: treeHead.head.size))
        }
        self.init(old: old, hashes: hashes, treeHead: treeHead)
    }

    /// The offset of the first of the first two newlines that follow each other.
    private static func firstBlankLine(of bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: "\n") && bytes[$0 + 1] == UInt8(ascii: "\n") }
    }
}
