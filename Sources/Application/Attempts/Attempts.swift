package import EventLog
import SwiftProtobuf
package import Tracking

/// The calls of a trainer about its attempt: claim, renew, start, complete an epoch, finish.
package struct Attempts: Sendable {
    private let core: TrackerCore
    private let queries: Queries

    init(_ core: TrackerCore, queries: Queries) {
        self.core = core
        self.queries = queries
    }

    /// The attempt that a lease's token speaks for, and the session's state.
    package struct Speaker: Sendable {
        package let session: Session.ID
        package let attempt: UInt32
        /// The holder with which the rules of a session are asked.
        let holder: SessionCommand.Holder
        package let state: SessionState
    }

    /// The answer to a report.
    package struct Receipt: Sendable {
        package var session: Session.ID
        package var state: SessionState
        /// Nil for what no attempt said.
        package var attempt: UInt32?
        package var position: LogPosition
        /// The number of points, lines or readings that were taken.
        package var accepted: Int?

        /// The time that the attempt's lease holds from now; nil when it has none.
        package var leaseSeconds: UInt32? {
            state.attempt.flatMap { $0.number == attempt ? $0.leaseSeconds : nil }
        }
    }

    /// The result of a claim: its receipt, the claim as the log has it, the token and the session.
    package struct Claim: Sendable {
        package var receipt: Receipt
        package var claimed: AttemptClaimed
        package var token: String
        package var session: SessionView

        /// The attempt, as one who shows its token.
        package var speaker: Speaker {
            Speaker(
                session: receipt.session, attempt: claimed.attempt,
                holder: .init(attempt: claimed.attempt, tokenDigest: claimed.tokenDigest), state: receipt.state)
        }
    }

    /// The attempt whose token is shown; its lease begins anew if it still holds the session.
    ///
    /// - Parameters:
    ///   - claimed: The attempt that the request names, in `field`.
    ///   - mustHold: Whether the attempt must be the one that trains now.
    /// - Throws: `unknown` for the session, `leaseRequired` without a token, `leaseInvalid` for one of no attempt, `invalid`
    ///   when it is another attempt's than is named, and `staleAttempt`.
    package func speaker(
        for session: Session.ID, token: String?, claimed: UInt32? = nil, field: String = "attempt",
        mustHold: Bool = false
    ) async throws -> Speaker {
        var state = try await core.state(of: session)
        guard let token else { throw TrackerError.leaseRequired }
        let digest = LeaseTokens.digest(of: token)
        var index = state.tokenDigests.lastIndex(of: digest)
        if index == nil {
            state = try await core.sessions.state(of: session.stream)
            index = state.tokenDigests.lastIndex(of: digest)
        }
        guard let index else { throw TrackerError.leaseInvalid(session) }
        let attempt = UInt32(index) + 1
        if let claimed, claimed != attempt {
            throw TrackerError.invalid(
                field: field, reason: "is \(claimed), but the lease token is that of attempt \(attempt)")
        }
        core.leases.renew(session, attempt: attempt)
        if mustHold, state.attempt?.number != attempt {
            throw SessionRefusal.staleAttempt(attempt, current: state.attempt?.number)
        }
        return Speaker(
            session: session, attempt: attempt, holder: .init(attempt: attempt, tokenDigest: digest), state: state)
    }

    /// Asks whether a file of `session` may be stored, before its bytes are read; the attempt that brings it, 0 without a
    /// token.
    func admitFile(of session: Session.ID, token: String?) async throws -> UInt32 {
        guard try await !core.state(of: session).isArchived else { throw SessionRefusal.archived }
        return token == nil ? 0 : try await speaker(for: session, token: token).attempt
    }

    /// Claims the session. The same command with the same secret again gives the same attempt and token.
    ///
    /// - Parameters:
    ///   - claim: Without attempt, token and, for the configured time, without seconds.
    ///   - secret: What only the claimer knows. A claim without one cannot be repeated.
    /// - Throws: `claimRepeated` for a claim that was carried out before, with another secret or without one.
    package func claim(
        _ session: Session.ID, _ claim: AttemptClaimed, secret: String? = nil, as identity: CommandIdentity
    ) async throws -> Claim {
        try await carryOut(claim, on: session, secret: secret, as: identity) { .claimAttempt($0) }
    }

    /// Carries out a claim by the command that `command` makes of it.
    func carryOut(
        _ claim: AttemptClaimed, on session: Session.ID, secret: String?, as identity: CommandIdentity,
        isFirst: Bool = false, _ command: (AttemptClaimed) async throws -> SessionCommand
    ) async throws -> Claim {
        let token = core.leases.tokens.token(for: session, claimedBy: identity.id, claimSecret: secret)
        var claim = claim
        if claim.leaseSeconds == 0 { claim.leaseSeconds = core.settings.leaseSeconds }
        claim.tokenDigest = LeaseTokens.digest(of: token)
        let outcome = try await core.sessions.handle(
            try await command(claim), on: session.stream, as: identity, isFirst: isFirst)
        guard case .attemptClaimed(let claimed) = outcome.events.last else { throw TrackerError.notClaimable }
        guard claimed.tokenDigest == claim.tokenDigest else {
            throw TrackerError.claimRepeated(attempt: claimed.attempt)
        }
        core.leases.grant(session, attempt: claimed.attempt, seconds: claimed.leaseSeconds)
        return Claim(
            receipt: Receipt(
                session: session, state: outcome.state, attempt: claimed.attempt, position: outcome.last),
            claimed: claimed, token: token, session: try await queries.view(of: session, after: outcome))
    }

    /// The answer to a renewal of the lease, which looking up the speaker was.
    package func renew(_ speaker: Speaker) -> Receipt {
        Receipt(
            session: speaker.session, state: speaker.state, attempt: speaker.attempt, position: core.store.head)
    }

    /// Training begins.
    package func start(
        _ speaker: Speaker, _ started: AttemptStarted, facts: [Parameter], as identity: CommandIdentity
    ) async throws -> Receipt {
        var started = started
        started.attempt = speaker.attempt
        return try await perform(.startAttempt(started, facts: facts, speaker.holder), speaker, as: identity)
    }

    /// A further process of the attempt. Ranks hold no lease of their own, and the log knows them by these facts and by
    /// what they report.
    package func joinRank(
        _ speaker: Speaker, _ rank: UInt32, facts: [(name: String, text: String)], as identity: CommandIdentity
    ) async throws -> Receipt {
        let parameters: [Parameter] = facts.filter { !$0.text.isEmpty }.map { fact in
            .with {
                $0.name = "rank.\(rank).\(fact.name)"
                $0.text = fact.text
            }
        }
        return try await recordProvenance(
            speaker.session, attempt: speaker.attempt, parameters, speaker: speaker.attempt, as: identity)
    }

    package func completeEpoch(
        _ speaker: Speaker, _ epoch: EpochCompleted, as identity: CommandIdentity
    ) async throws -> Receipt {
        var receipt = try await perform(.completeEpoch(epoch, speaker.holder), speaker, as: identity)
        receipt.accepted = 1
        return receipt
    }

    /// Keeps how much of the epoch under way is done, until the epoch's record.
    package func reportProgress(_ speaker: Speaker, epoch: UInt32, step: UInt64, fraction: Double) -> Receipt {
        core.leases.progressBoard.set(
            SessionProgress(
                attempt: speaker.attempt, epoch: epoch, epochFraction: fraction, step: step,
                time: core.now().rawValue), of: speaker.session)
        return renew(speaker)
    }

    /// Ends the attempt and its lease.
    ///
    /// - Parameter epoch: How many epochs the trainer completed, to be compared with what is recorded.
    package func finish(
        _ speaker: Speaker, _ finish: SessionCommand.Finish, epoch: UInt32?, as identity: CommandIdentity
    ) async throws -> Receipt {
        if let epoch, !identity.mayBeRepeat, epoch != speaker.state.epoch {
            throw TrackerError.invalid(
                field: "epoch", reason: "is \(epoch), but the last completed epoch is \(speaker.state.epoch)")
        }
        let receipt = try await perform(.finish(finish, speaker.holder), speaker, as: identity)
        core.leases.table.release(.init(session: speaker.session, attempt: speaker.attempt))
        return receipt
    }

    /// A figure that was found outside of training; in every state.
    package func reportResult(
        _ session: Session.ID, _ result: ResultReported, as identity: CommandIdentity
    ) async throws -> Receipt {
        try await perform(.reportResult(result), session, as: identity)
    }

    /// Facts about where and with what a session is trained.
    package func recordProvenance(
        _ session: Session.ID, attempt: UInt32, _ facts: [Parameter], speaker: UInt32? = nil,
        as identity: CommandIdentity
    ) async throws -> Receipt {
        var receipt = try await perform(
            .recordProvenance(
                .with {
                    $0.attempt = attempt
                    $0.facts = facts
                }), session, as: identity)
        receipt.attempt = speaker
        return receipt
    }

    private func perform(
        _ command: SessionCommand, _ speaker: Speaker, as identity: CommandIdentity
    ) async throws -> Receipt {
        var receipt = try await perform(command, speaker.session, as: identity)
        receipt.attempt = speaker.attempt
        return receipt
    }

    private func perform(
        _ command: SessionCommand, _ session: Session.ID, as identity: CommandIdentity
    ) async throws -> Receipt {
        let outcome = try await core.sessions.handle(command, on: session.stream, as: identity)
        return Receipt(session: session, state: outcome.state, attempt: nil, position: outcome.last)
    }
}
