/// The reason that a bundle proves nothing. The verifier in Python says the same words.
package enum BundleError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The folder or archive could not be read.
    case unreadable(String)
    /// A file that the manifest asks for.
    case missingFile(String)
    /// A file that nothing in the manifest asks for.
    case unexpectedFile(String)
    case noJSON
    case format(String)
    case version(Int)
    case field(String, FieldFault)
    /// The bundle names another key than the one that is trusted.
    case otherKey(VerifierKey, trusted: VerifierKey)
    /// The key in the manifest is not one.
    case key(NoteError)
    /// A tree head, named by its file, is not one that the key has signed for this log.
    case treeHead(String, NoteError)
    case event(UInt64, EventFault)
    /// A blob, named by its digest.
    case blob(String, BlobFault)
    /// The header of the event is not in the tree.
    case inclusion(UInt64, ProofError)
    /// The tree does not continue the one that is remembered.
    case consistency(ProofError)
    /// The reader remembers another tree head than the one from which the bundle proves.
    case otherRemembered(TreeHead, bundle: TreeHead)
    /// The reader remembers a tree head, and the bundle proves nothing of an earlier one.
    case nothingRemembered(TreeHead, bundle: TreeHead)

    package enum FieldFault: Equatable, Sendable {
        case missing, form, unknown
    }

    package enum EventFault: Equatable, Sendable {
        /// The position does not come after the one before it.
        case order
        /// The header is not one of the format, or its lengths contradict each other.
        case header
        /// The header says that it stands elsewhere.
        case position(UInt64)
        case salt
        case payloadLength(Int, header: Int)
        case payloadDigest
        case proofHash(Int)
    }

    package enum BlobFault: Equatable, Sendable {
        /// The digest does not come after the one before it.
        case order
        /// The bundle has no payload of the event that is said to name the blob.
        case noPayload(UInt64)
        /// The payload of the event does not name the blob.
        case unnamed(UInt64)
        /// The bytes have another digest.
        case digest(String)
    }

    package var description: String {
        switch self {
        case .unreadable(let details): "The bundle cannot be read: \(details)"
        case .missingFile(let path): "The bundle has no file \(path)."
        case .unexpectedFile(let path): "The file \(path) belongs to nothing in the manifest, so nothing proves it."
        case .noJSON: "manifest.json is not a JSON object."
        case .format(let format): "manifest.json: the format is '\(format)', not 'pivot-audit-bundle'."
        case .version(let version):
            "manifest.json: version \(version) is not known; this verifier knows version 1. Use the verifier of the "
                + "release that made the bundle."
        case .field(let path, let fault): "manifest.json: '\(path)' \(fault.words)."
        case .otherKey(let key, let trusted):
            "The bundle is signed with the key \(key); the one that is trusted is \(trusted)."
        case .key(let error): "manifest.json: 'key': \(error)"
        case .treeHead(let path, let error): "\(path): \(error)"
        case .event(let position, let fault): "Event \(position): \(fault.words)."
        case .blob(let digest, let fault): "Blob \(digest): \(fault.words)."
        case .inclusion(let position, let error): "Event \(position): \(error)"
        case .consistency(let error): "From remembered-tree-head to tree-head: \(error)"
        case .otherRemembered(let remembered, let bundle):
            "The tree head that you remember is \(remembered); the bundle proves that the log continues \(bundle)."
        case .nothingRemembered(let remembered, let bundle):
            "The tree head that you remember is \(remembered); the bundle's is \(bundle), and there is no proof that "
                + "it continues yours."
        }
    }
}

extension BundleError.FieldFault {
    var words: String {
        switch self {
        case .missing: "is missing"
        case .form: "has the wrong form"
        case .unknown: "is not a field of version 1"
        }
    }
}

extension BundleError.EventFault {
    var words: String {
        switch self {
        case .order: "it does not come after the event before it"
        case .header: "its header is not one: its format is unknown or its lengths contradict each other"
        case .position(let position): "its header says that it stands at position \(position)"
        case .salt: "its salt is not 32 hexadecimal digits"
        case .payloadLength(let count, let header): "its payload has \(count) bytes, and its header says \(header)"
        case .payloadDigest: "its payload does not match the digest in its header"
        case .proofHash(let number): "hash \(number) of its proof is not the base64 of 32 bytes"
        }
    }
}

extension BundleError.BlobFault {
    var words: String {
        switch self {
        case .order: "it does not come after the blob before it"
        case .noPayload(let position): "the bundle has no payload of event \(position), which is said to name it"
        case .unnamed(let position): "event \(position) does not name it"
        case .digest(let digest): "its bytes have the digest \(digest)"
        }
    }
}
