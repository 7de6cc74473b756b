import Application
import EventLog
import Reactors
import StoreTesting
import TrackerTesting
import Tracking

/// Everything that goes wrong around a server, and then the calm in which all that was begun must come to its end.
struct Chaos: Sendable {
    private static let roundCount = 20
    /// The longest that all may take to come to rest.
    private static let longestCalm = Duration.seconds(3600)

    let outside: Outside

    private var world: World { outside.world }

    func run() async {
        do {
            for _ in 0..<Self.roundCount {
                try await world.loop.sleep(for: world.chance.milliseconds(1000...25_000))
                try await trouble()
            }
            try await calm()
        } catch is CancellationError {
            return
        } catch {
            world.trace.find("the simulation went wrong: \(error)")
        }
    }

    private func trouble() async throws {
        let chance = world.chance
        switch chance.below(13) {
        case 0:
            world.trace.note("the server is killed")
            try world.machine.crash(isPowerLoss: false, seed: 0)
        case 1:
            world.trace.note("the power goes")
            try world.machine.crash(isPowerLoss: true, seed: chance.seed())
        case 2, 3:
            let count = chance.number(1...60)
            world.trace.note("the server will be killed at failure point \(count)")
            world.machine.crash(atPoint: count, isPowerLoss: false, seed: 0)
        case 4, 5:
            let count = chance.number(1...60)
            world.trace.note("the power will go at failure point \(count)")
            world.machine.crash(atPoint: count, isPowerLoss: true, seed: chance.seed())
        case 6:
            let count = chance.number(0...30)
            world.trace.note("the server will be killed at change \(count) of the disk of blobs")
            world.machine.disk.fail(at: count, .crash)
        case 7:
            world.trace.note("the disk is full")
            // What ends something still has room.
            world.space.byteCount = chance.element(of: [9 << 20, 20 << 20, 40 << 20]) ?? 0
            try await world.loop.sleep(for: chance.milliseconds(1000...8000))
            world.space.byteCount = 1 << 40
        case 8, 9:
            world.trace.note("a day and an hour pass")
            world.loop.shiftTimeOfDay(by: .seconds(25 * 3600))
            try await sweep()
        case 10: try await sweep()
        case 11:
            world.trace.note("the server is stopped")
            world.machine.stop()
        default:
            // Nothing for a while.
            try await world.loop.sleep(for: .seconds(20))
        }
    }

    private func sweep() async throws {
        guard let life = outside.life, life.isAlive else { return }
        world.trace.note("blobs are swept")
        do {
            try await life.sweeper.tick()
        } catch {
            guard life.isAlive else { return }
            throw error
        }
    }

    /// Nothing fails any more: waits until nothing goes on.
    private func calm() async throws {
        world.trace.note("calm")
        world.machine.spare()
        outside.calmDown()
        while outside.clientCount > 0 { try await world.loop.sleep(for: .seconds(1)) }
        let end = world.loop.elapsed + Self.longestCalm
        // A change makes a webhook's next delivery due at once.
        for isEnabled in [false, true] {
            for webhook in outside.webhooks { try await set(webhook, isEnabled: isEnabled) }
        }
        while try await isBusy() {
            guard world.loop.elapsed < end else {
                return world.trace.find("something waits for ever: \(try await whatIsBusy())")
            }
            try await world.loop.sleep(for: .seconds(5))
        }
        // Webhooks are told of the last events.
        var count = -1
        while count != outside.receiver.count {
            count = outside.receiver.count
            try await world.loop.sleep(for: .seconds(60))
        }
        outside.isSettled = true
    }

    private func set(_ webhook: Webhook.ID, isEnabled: Bool) async throws {
        var changes = WebhookChanges()
        changes.isEnabled = isEnabled
        let change = changes
        try await outside.call("\(webhook) is \(isEnabled ? "enabled" : "disabled")") { life in
            _ = try await life.tracker.webhooks.change(
                webhook.text, change, secret: nil, as: TestTracker.command("calm/\(webhook)/\(isEnabled)"))
        }
    }

    private func isBusy() async throws -> Bool { try await !whatIsBusy().isEmpty }

    /// What has not ended: sessions that wait or train, and webhooks that were not told everything.
    private func whatIsBusy() async throws -> [String] {
        let sessions = outside.sessions
        let webhooks = outside.webhooks
        let states = try await outside.call("looks whether all has ended") { life in
            var busy: [(name: String, session: Session.ID?, kind: TrainerKind?)] = []
            for (session, kind) in sessions {
                let state = try await life.core.sessions.state(of: session.stream)
                guard !state.isArchived, !state.isDeleted else { continue }
                switch state.lifecycle {
                case .queued, .running, .stopping: busy.append(("\(session) is \(state.lifecycle)", session, kind))
                default: break
                }
            }
            for webhook in webhooks {
                guard case .active(let state) = try await life.core.webhooks.state(of: webhook.stream) else { continue }
                if state.retry != nil { busy.append(("\(webhook) is tried again", nil, nil)) }
            }
            return busy
        }
        for state in states {
            // Nobody but its owner starts an external trainer.
            if let session = state.session, state.kind == .external, !outside.isTraining(session) {
                _ = outside.startTrainer(of: session)
            }
        }
        return states.map(\.name)
    }
}
