package import EventLog
import SwiftProtobuf
import Synchronization
package import Tracking
package import Transparency

/// Signs the heads of the log's tree: when one is asked for and the tree has grown, at most once a second, and never one
/// that does not continue the last one.
package actor TreeSigner {
    /// The files, witnesses and clocks of a signer.
    package struct Settings: Sendable {
        package var keyFile: LogKeyFile
        package var headFile: LogHeadFile
        /// The log's name; nil for the one that its key has.
        package var origin: String?
        package var witnesses: [Witness] = []
        package var sender: any WitnessSender
        package var now: @Sendable () -> Timestamp
        /// Where the health of the server learns of the signer.
        package var status: AuditStatus

        package init(
            keyFile: LogKeyFile, headFile: LogHeadFile, origin: String?, witnesses: [Witness] = [],
            sender: any WitnessSender, status: AuditStatus, now: @escaping @Sendable () -> Timestamp
        ) {
            self.status = status
            self.keyFile = keyFile
            self.headFile = headFile
            self.origin = origin
            self.witnesses = witnesses
            self.sender = sender
            self.now = now
        }
    }

    /// The microseconds for which a tree head is given out again though the tree has grown.
    private static let pace: Int64 = 1_000_000

    private nonisolated var status: AuditStatus { settings.status }
    private let settings: Settings
    private let store: any EventStore
    private let projection: TileProjection
    private let handler: CommandHandler<LogKeyDecider>
    private var keyring: LogKeyring
    /// The last one that was signed, as `log-head` has it, with cosignatures.
    private var last: SignedTreeHead?
    private var lastSignedAt: Timestamp?
    /// The newest one that a witness has cosigned.
    private var cosigned: SignedTreeHead?
    /// The size of the tree head that each witness signed last, as far as it is known.
    private var witnessSizes: [Witness: UInt64] = [:]
    private var signing: Task<SignedTreeHead, any Error>?
    private var isChangingKeys = false
    private var keyChanges: [CheckedContinuation<Void, Never>] = []
    private let heads: AsyncStream<Void>
    private let headSigned: AsyncStream<Void>.Continuation

    /// A signer with the key in its file, which is made when there is none.
    ///
    /// - Throws: `key` and `file` when the key or the last tree head is not to be used.
    package init(_ settings: Settings, store: any EventStore, projection: TileProjection) async throws {
        self.settings = settings
        self.store = store
        self.projection = projection
        handler = CommandHandler(store: store, cacheByteCount: 1 << 16)
        last = try settings.headFile.load()
        let keys = try settings.keyFile.load(origin: settings.origin, hasSigned: last != nil)
        keyring = try LogKeyring(
            keys, file: settings.keyFile, recorded: try await handler.state(of: LogKeyDecider.stream))
        if let last {
            guard last.origin == keyring.name.text else {
                throw AuditError.key(
                    "The file log-head is of the log '\(last.origin)', and the key in log-key is of '\(keyring.name)'. "
                        + "Restore the one that belongs to the other.")
            }
            settings.status.signed(last.head.size)
        }
        (heads, headSigned) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The newest tree head, with the cosignatures that there are. It is in `log-head` before it is returned.
    ///
    /// - Throws: `logRestored` when the tree does not continue the last tree head, `treeIncomplete` while that is not
    ///   known, and what the log or the disk refuses.
    package func treeHead() async throws -> SignedTreeHead {
        if let last, let lastSignedAt, status.fault == nil,
            (0..<Self.pace).contains(settings.now().rawValue - lastSignedAt.rawValue)
        {
            return last
        }
        // Whoever asks at the same time gets the same.
        if let signing { return try await signing.value }
        let task = Task { try await sign() }
        signing = task
        defer { signing = nil }
        return try await task.value
    }

    /// The tree head to publish: the newest one that a witness has cosigned, and without any the newest one.
    package func published() async throws -> SignedTreeHead {
        let newest = try await treeHead()
        return cosigned ?? newest
    }

    private func sign() async throws -> SignedTreeHead {
        do {
            let (head, signature) = try await signNewest()
            lastSignedAt = settings.now()
            status.signed(head.size)
            return signature
        } catch let error as AuditError {
            if case .treeIncomplete = error {} else { status.refused(error.description) }
            throw error
        } catch let error as StorageError where error.code == .damaged {
            status.refused(error.description)
            throw error
        }
    }

    private func signNewest() async throws -> (TreeHead, SignedTreeHead) {
        try await retireExpired()
        let head = try await store.treeHead(isCurrent: true)
        if let last {
            try await check(head, continues: last.head)
            // Signed by the same keys, it says all there is to say.
            let signers = Set(last.note.signatures.map(\.keyID))
            if last.head == head, keyring.verifiers.allSatisfy({ signers.contains($0.id) }) { return (head, last) }
        }
        let signed: SignedTreeHead
        do throws(NoteError) {
            let keys = keyring.signing
            var note = try SignedTreeHead(head, of: keyring.name.text, signedWith: keys[0]).note
            for key in keys.dropFirst() { try note.sign(with: key) }
            signed = try SignedTreeHead(note)
        } catch {
            throw AuditError.signing(error.description)
        }
        // On a thread that may wait for the disk.
        let file = settings.headFile
        try await projection.withTiles { _ in try file.write(signed) }
        last = signed
        headSigned.yield()
        return (head, signed)
    }

    /// Returns when the tree with the head `head` begins with the one with the head `old`.
    private func check(_ head: TreeHead, continues old: TreeHead) async throws {
        guard head.size >= old.size else {
            throw AuditError.logRestored(
                "The log has \(head.size) records, and a tree head of \(old.size) was signed: it was restored from an "
                    + "older backup, or its end was lost.")
        }
        let root: TreeHash
        if head.size == old.size {
            root = head.root
        } else {
            try await projection.complete(to: head)
            root = try await projection.withTiles { try $0.root(ofTreeOf: old.size) }
        }
        guard root == old.root else {
            throw AuditError.logRestored(
                "The first \(old.size) records of the log are not those of the tree head that was signed: the log was "
                    + "restored from an older backup and written to since, or was changed.")
        }
    }

    // MARK: - Keys

    /// The public keys, the newest first.
    package func keys() throws -> LogKeys {
        let signers = Set(last?.note.signatures.map(\.keyID) ?? [])
        func lastSize(of key: VerifierKey) -> UInt64? { signers.contains(key.id) ? last?.head.size : nil }
        guard !keyring.recorded.isEmpty else {
            let key = keyring.verifiers[0]
            return LogKeys(
                origin: keyring.name.text, keys: [LogKey(verifier: key, isRetired: false, lastSize: lastSize(of: key))])
        }
        let keys = try keyring.recorded.map { known in
            let verifier = try VerifierKey(known.verifierKey)
            return LogKey(
                verifier: verifier, isRetired: known.isRetired, signsUntil: known.signsUntil,
                lastSize: known.lastSize ?? lastSize(of: verifier))
        }
        return LogKeys(origin: keyring.name.text, keys: keys)
    }

    /// Has a new key sign from now on, and those before for `overlap` microseconds more. Returns once the change is on disk
    /// in the log, and the key in its file.
    ///
    /// - Throws: The decider's refusal, and what the log or the disk refuses.
    package func rotate(overlap: Int64, as identity: CommandIdentity) async throws -> Written<LogKeys> {
        try await alone { try await rotateAlone(overlap: overlap, as: identity) }
    }

    /// Calls `body` when no other change of the keys is under way, since each writes their file.
    private func alone<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        while isChangingKeys { await withCheckedContinuation { keyChanges.append($0) } }
        isChangingKeys = true
        defer {
            isChangingKeys = false
            let waiting = keyChanges
            keyChanges = []
            for change in waiting { change.resume() }
        }
        return try await body()
    }

    private func rotateAlone(overlap: Int64, as identity: CommandIdentity) async throws -> Written<LogKeys> {
        let stream = LogKeyDecider.stream
        if identity.mayBeRepeat, try await store.command(identity.id, in: stream) != nil {
            let outcome = try await handler.handle(.rotate(LogKeyRotated()), on: stream, as: identity)
            return Written(try keys(), at: outcome.last)
        }
        try await retireAlone()
        guard keyring.signing.count < LogKeyDecider.mostKeys else {
            throw CommandError<LogKeyDecider.Refusal>.refused(.tooManyKeys, stream)
        }
        let key = try keyring.makeKey()
        let rotated = LogKeyRotated.with {
            $0.verifierKey = key.verifier.description
            $0.earlierKeys = keyring.verifiers.map(\.description)
            $0.signsUntil = settings.now().rawValue + overlap
        }
        let outcome = try await handler.handle(.rotate(rotated), on: stream, as: identity)
        try keyring.follow(outcome.state, adding: key)
        lastSignedAt = nil
        try await retireAlone()
        return Written(try keys(), at: outcome.last)
    }

    /// Deletes the secrets of the keys whose time is over, once the log says so.
    package func retireExpired() async throws {
        guard !keyring.expired(at: settings.now()).isEmpty else { return }
        try await alone { try await retireAlone() }
    }

    private func retireAlone() async throws {
        for key in keyring.expired(at: settings.now()) {
            let text = key.verifier.description
            let hasSigned = last?.note.signatures.contains { key.verifier.isNamed(by: $0) } == true
            let retired = LogKeyRetired.with {
                $0.verifierKey = text
                $0.lastSize = hasSigned ? last?.head.size ?? 0 : 0
            }
            guard let id = CommandID("retire-" + Hexadecimal.encode(key.verifier.publicKey)) else {
                preconditionFailure("hexadecimal digits are a command id")
            }
            let identity = CommandIdentity(
                id: id, digest: Digest(hashing: Array(text.utf8)), actor: "server", mayBeRepeat: true)
            let outcome = try await handler.handle(.retire(retired), on: LogKeyDecider.stream, as: identity)
            try keyring.follow(outcome.state)
            lastSignedAt = nil
        }
    }

    // MARK: - Witnesses

    /// Asks the witnesses to cosign each new tree head, at most once a minute, until the task is cancelled.
    package func followWitnesses(pause: @Sendable (Duration) async throws -> Void) async throws {
        guard !settings.witnesses.isEmpty else { return }
        for await _ in heads {
            await askWitnesses()
            try await pause(.seconds(60))
        }
    }

    /// Asks all witnesses to cosign the newest tree head, and adds what they answer. One that does not answer is left out.
    package func askWitnesses() async {
        guard var treeHead = last else { return }
        let round = WitnessRound(
            treeHead: treeHead,
            projection: { [projection] old, new in
                try await projection.read { try ConsistencyProof(from: old, to: new, reader: $0) }
            }, sender: settings.sender)
        let sizes = witnessSizes
        let answers = await withTaskGroup(of: (Witness, Result<[NoteSignature], any Error>).self) { group in
            for witness in settings.witnesses {
                group.addTask {
                    do {
                        return (witness, .success(try await round.ask(witness, after: sizes[witness] ?? 0)))
                    } catch {
                        return (witness, .failure(error))
                    }
                }
            }
            var answers: [(Witness, Result<[NoteSignature], any Error>)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        var isCosigned = false
        for (witness, answer) in answers {
            let name = witness.key.name.text
            do {
                _ = try treeHead.add(try answer.get(), verifiedBy: [witness.key])
                witnessSizes[witness] = treeHead.head.size
                isCosigned = true
                status.witness(name, failed: nil)
            } catch {
                status.witness(name, failed: "\(error)")
            }
        }
        guard isCosigned else { return }
        cosigned = treeHead
        if let last, last.head == treeHead.head, last.note.text == treeHead.note.text {
            // A key that signed it meanwhile stays.
            var note = last.note
            for signature in treeHead.note.signatures where !note.signatures.contains(signature) { note.add(signature) }
            do throws(NoteError) { self.last = try SignedTreeHead(note) } catch { self.last = last }
        }
    }
}

extension AuditError {
    init(_ error: TileProjection.Incomplete) { self = .treeIncomplete(size: error.size, end: error.end) }
}
