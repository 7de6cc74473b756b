/// The tree over the log: its signed heads, its proofs, its keys, and the log as tiles.
extension Operation {
    static let audit: [Operation] = [
        .getTreeHead, .getInclusionProof, .getConsistencyProof, .getSessionProofs, .getModelProofs, .getPublicKeys,
        .rotateLogKey, .getLogCheckpoint, .getLogTile,
    ]

    package static let getTreeHead = Operation(
        "getTreeHead", .get, "/audit/tree-head", for: .viewer, answering: .document(TreeHeadInfo.self))
    package static let getInclusionProof = Operation(
        "getInclusionProof", .get, "/audit/proof/inclusion", for: .viewer, query: ["position", "size"],
        answering: .document(InclusionProofInfo.self))
    package static let getConsistencyProof = Operation(
        "getConsistencyProof", .get, "/audit/proof/consistency", for: .viewer, query: ["from", "to"],
        answering: .document(ConsistencyProofInfo.self))
    package static let getSessionProofs = Operation(
        "getSessionProofs", .get, "/audit/sessions/{session_id}", for: .viewer,
        query: ["stream", "after", "limit", "size", "payloads"], answering: .document(EventProofs.self))
    package static let getModelProofs = Operation(
        "getModelProofs", .get, "/audit/models/{name}", for: .viewer, query: ["after", "limit", "size", "payloads"],
        answering: .document(EventProofs.self))
    package static let getPublicKeys = Operation(
        "getPublicKeys", .get, "/audit/public-key", for: .viewer, answering: .document(LogKeyList.self))
    package static let rotateLogKey = Operation(
        "rotateLogKey", .post, "/audit/rotate-key", for: .admin, taking: .optionalJSON(LogKeyRotation.self), 201,
        answering: .document(LogKeyList.self))
    package static let getLogCheckpoint = Operation(
        "getLogCheckpoint", .get, "/audit/log/checkpoint", for: .viewer, answering: .text("text/plain"))
    package static let getLogTile = Operation(
        "getLogTile", .get, "/audit/log/tile/{path...}", for: .viewer, answering: .bytes)
}
