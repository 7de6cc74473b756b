/// A tree head that a log vouches for: a note with the log's name, the size and the root (C2SP tlog-checkpoint, where
/// it is called a checkpoint).
package struct SignedTreeHead: Hashable, Sendable {
    /// The name of the log.
    package let origin: String
    package let head: TreeHead
    /// Further lines, which the signatures cover and nothing else says anything of.
    package let extensions: [String]
    /// The text and all its signatures, verified or not.
    package private(set) var note: Note

    /// The tree head `head` of the log `origin`, signed with `key`.
    package init(_ head: TreeHead, of origin: String, extensions: [String] = [], signedWith key: SigningKey)
        throws(NoteError)
    {
        self = try SignedTreeHead(Note(text: SignedTreeHead.text(head, origin: origin, extensions: extensions)))
        try note.sign(with: key)
    }

    /// The tree head that `note` states. No signature is verified.
    ///
    /// - Throws: `treeHead`, with the line that is wrong.
    package init(_ note: Note) throws(NoteError) {
        let lines = note.text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3 else { throw .treeHead(.lineCount) }
        guard !lines[0].isEmpty else { throw .treeHead(.origin) }
        guard let size = DecimalNumber.parse(lines[1]) else { throw .treeHead(.size) }
        guard let root = TreeHash(base64: lines[2]) else { throw .treeHead(.root) }
        guard lines[3...].allSatisfy({ !$0.isEmpty }) else { throw .treeHead(.extensionLine) }
        origin = String(lines[0])
        head = TreeHead(size: size, root: root)
        extensions = lines[3...].map(String.init)
        self.note = note
    }

    /// The tree head that `bytes` state, once one of `keys` has verified a signature of it and it is of the log
    /// `origin`.
    ///
    /// - Throws: What is wrong.
    package init(verifying bytes: [UInt8], of origin: String, by keys: [VerifierKey]) throws(NoteError) {
        let note = try Note(bytes)
        _ = try note.verified(by: keys)
        try self.init(note)
        guard self.origin == origin else { throw .origin(self.origin, expected: origin) }
    }

    private static func text(_ head: TreeHead, origin: String, extensions: [String]) -> String {
        ([origin, String(head.size), head.root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Adds cosignatures of witnesses, once `keys` have verified them; those of other keys are left out.
    ///
    /// - Returns: What was added, with the times that the witnesses state.
    /// - Throws: As ``Note/verified(by:)`` does; nothing is added then.
    package mutating func add(
        _ cosignatures: [NoteSignature], verifiedBy keys: [VerifierKey]
    ) throws(NoteError) -> [VerifiedSignature] {
        var candidate = try Note(text: note.text)
        for signature in cosignatures { candidate.add(signature) }
        let verified = try candidate.verified(by: keys)
        for signature in verified { note.add(signature.signature) }
        return verified
    }
}
