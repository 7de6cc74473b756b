package import API

/// The tree over the log: what proves to others what the log holds. Nothing of it is verified here; `Transparency` does that.
extension APIClient {
    /// The newest tree head, signed.
    package func treeHead() async throws(ClientError) -> TreeHeadInfo { try await ask(.getTreeHead) }

    /// The proof that the record at `position` is in the tree of `size` records, the current one when nil.
    package func inclusionProof(
        of position: UInt64, size: UInt64? = nil
    ) async throws(ClientError) -> InclusionProofInfo {
        try await ask(
            .getInclusionProof, query: [("position", String(position)), ("size", size.map { String($0) })])
    }

    /// The proof that the tree of `to` records, the current one when nil, begins with that of `from`.
    package func consistencyProof(
        from: UInt64, to: UInt64? = nil
    ) async throws(ClientError) -> ConsistencyProofInfo {
        try await ask(.getConsistencyProof, query: [("from", String(from)), ("to", to.map { String($0) })])
    }

    /// A page of the session's records with their proofs. All pages are of one tree when those after the first name its
    /// `size`; the first one has its tree head.
    package func sessionProofs(
        _ session: String, _ query: SessionProofQuery = SessionProofQuery()
    ) async throws(ClientError) -> EventProofs {
        try await ask(.getSessionProofs, session, query: query.parameters)
    }

    /// A page of the model's records with their proofs, as ``sessionProofs(_:_:)`` has those of a session; the query's
    /// streams have no meaning here.
    package func modelProofs(
        _ model: String, _ query: SessionProofQuery = SessionProofQuery()
    ) async throws(ClientError) -> EventProofs {
        try await ask(.getModelProofs, model, query: query.parameters.filter { $0.0 != "stream" })
    }

    /// The log's name, and the public keys that sign its tree heads or did, the newest first.
    package func logKeys() async throws(ClientError) -> LogKeyList { try await ask(.getPublicKeys) }

    /// Has a new key sign the tree heads. The keys before sign too for `overlapDays`, 90 when nil.
    package func rotateLogKey(
        overlapDays: Double? = nil, command: String? = nil
    ) async throws(ClientError) -> LogKeyList {
        var rotation = LogKeyRotation()
        rotation.overlapDays = overlapDays
        return try await ask(.rotateLogKey, sending: rotation, command: command)
    }

    /// The newest tree head as the note alone.
    package func logCheckpoint() async throws(ClientError) -> [UInt8] {
        try await bytes(APIRequest(.getLogCheckpoint))
    }

    /// The bytes of a tile. `path` is what comes after `tile/`, such as `0/x001/067` or `entries/000.p/7`.
    package func logTile(_ path: String) async throws(ClientError) -> [UInt8] {
        try await bytes(APIRequest(.getLogTile, path.split(separator: "/").map(String.init)))
    }
}
