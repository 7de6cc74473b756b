/// Records of a log with all that proves them to somebody who has nothing else: see <doc:AuditBundles>.
package struct AuditBundle: Hashable, Sendable {
    /// A record's header, with its payload if that was not redacted.
    package struct Event: Hashable, Sendable {
        /// The place in the log, from 1: the leaf's index plus one.
        package let position: UInt64
        package let header: [UInt8]
        package let content: Content?
        /// That the header is in the tree of the bundle's tree head.
        package let proof: [TreeHash]

        package init(position: UInt64, header: [UInt8], content: Content?, proof: [TreeHash]) {
            self.position = position
            self.header = header
            self.content = content
            self.proof = proof
        }
    }

    /// A payload before compression, and the random bytes that were hashed before it.
    package struct Content: Hashable, Sendable {
        package let salt: [UInt8]
        package let payload: [UInt8]

        package init(salt: [UInt8], payload: [UInt8]) {
            self.salt = salt
            self.payload = payload
        }
    }

    /// Bytes that an event names by their digest: a configuration, a checkpoint, an artifact.
    package struct Blob: Hashable, Sendable {
        package let digest: BlobDigest
        /// The place of the event whose payload names it.
        package let position: UInt64
        /// The bytes; nil when only the digest is in the bundle, by which they can be checked wherever they are.
        package let content: [UInt8]?

        package init(digest: BlobDigest, position: UInt64, content: [UInt8]?) {
            self.digest = digest
            self.position = position
            self.content = content
        }
    }

    /// An earlier tree head that the reader may remember, and the proof that the bundle's one continues it.
    package struct Continuation: Hashable, Sendable {
        package let treeHead: Note
        package let proof: [TreeHash]

        package init(from treeHead: Note, proof: [TreeHash]) {
            self.treeHead = treeHead
            self.proof = proof
        }
    }

    /// The name of the log.
    package let origin: String
    /// The key that signed the tree heads, as the bundle names it: to be compared with one from elsewhere.
    package let key: VerifierKey
    package let treeHead: Note
    /// In the order of their positions.
    package let events: [Event]
    /// In the order of their digests, each once.
    package let blobs: [Blob]
    package let continuation: Continuation?

    /// - Parameter blobs: In any order, each digest once.
    package init(
        origin: String, key: VerifierKey, treeHead: Note, events: [Event], blobs: [Blob] = [],
        continuation: Continuation? = nil
    ) {
        self.origin = origin
        self.key = key
        self.treeHead = treeHead
        self.events = events
        self.blobs = blobs.sorted { $0.digest < $1.digest }
        self.continuation = continuation
    }
}
