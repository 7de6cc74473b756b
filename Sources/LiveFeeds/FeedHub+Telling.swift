import NIOCore
import Synchronization
import Tracking
import WebServer

/// What many feeds are told alike is made once and written by their event loops, while their tasks go on to wait.
extension FeedHub {
    /// Feeds that are told the same: of one scope and form, at one position.
    private struct Audience: Hashable {
        let scope: FeedScope
        let form: FeedSink.Form
        let position: LogPosition
    }

    private struct Members {
        /// One of the feeds, as it is.
        var feed: FeedState
        /// The numbers of those that wait, and their event loops.
        var loops: [ObjectIdentifier: (loop: any EventLoop, ids: [UInt64])] = [:]
    }

    /// The bytes for the members of an audience, and where they bring them.
    private struct Message: Sendable {
        let position: LogPosition
        /// Empty when the events are not told to them.
        let bytes: ByteBuffer
        let feed: FeedState
    }

    /// The most events that a message tells.
    private static let messageCount = 256
    /// The most connections that an event loop writes to before it looks at its others, and its pause for that.
    private static let sliceCount = 64
    private static let slicePause = TimeAmount.microseconds(50)

    /// Keeps `events` and tells them to those who wait for them. Returns when all is written, so that what comes meanwhile is told
    /// together, however long that takes.
    func tell(_ events: [FeedEvent], through position: LogPosition, _ generation: Int) async {
        var audiences: [Audience: Members] = [:]
        let woken: [Waiter] = state.withLock { state in
            guard state.generation == generation, state.ring != nil else { return [] }
            state.ring?.append(events, through: position)
            var scopes: Set<FeedScope> = [.everything]
            for event in events {
                guard let id = Session.ID(event.record.stream.identity) else { continue }
                scopes.insert(.session(id))
                if event.record.isEnding { state.progress[id] = nil }
            }
            var woken: [UInt64] = []
            for scope in scopes {
                for id in state.waiting[scope] ?? [] {
                    guard let waiter = state.waiters[id] else { continue }
                    guard let sink = waiter.sink, let position = waiter.state.sharedPosition else {
                        woken.append(id)
                        continue
                    }
                    let loop = sink.writer.eventLoop
                    let audience = Audience(scope: scope, form: sink.form, position: position)
                    audiences[audience, default: Members(feed: waiter.state)]
                        .loops[ObjectIdentifier(loop), default: (loop, [])].ids.append(id)
                }
            }
            return woken.compactMap { state.remove($0) }
        }
        for waiter in woken { waiter.resume(.grown) }
        await withTaskGroup(of: Void.self) { group in
            for (audience, members) in audiences {
                let message = message(for: audience, members.feed)
                for (loop, ids) in members.loops.values {
                    guard let message else {
                        wake(ids)
                        continue
                    }
                    group.addTask {
                        await withCheckedContinuation { done in
                            loop.execute { self.write(message, to: ids[...], on: loop) { done.resume() } }
                        }
                    }
                }
            }
        }
    }

    /// The message for an audience; nil when each of its feeds has to read by itself, as those do that end.
    private func message(for audience: Audience, _ feed: FeedState) -> Message? {
        let (kept, end) = state.withLock { state in
            (
                state.ring?.events(after: audience.position, of: audience.scope, limit: Self.messageCount),
                state.ring?.end
            )
        }
        // What is told them in several goes, each reads when its client is ready for it.
        guard let kept, kept.through == end else { return nil }
        var next = feed
        do {
            let frames = try next.receive(kept.events, through: kept.through)
            guard next.sharedPosition != nil else { return nil }
            return Message(
                position: audience.position, bytes: frames.isEmpty ? ByteBuffer() : audience.form.bytes(of: frames),
                feed: next)
        } catch {
            return nil
        }
    }

    /// Writes the message to those of `ids` that still wait where it begins; runs on their event loop. Those whose clients do
    /// not take what is written are woken, and go on by themselves. Calls `done` after the last.
    private func write(
        _ message: Message, to ids: ArraySlice<UInt64>, on loop: any EventLoop, _ done: @escaping @Sendable () -> Void
    ) {
        let (slice, rest) = (ids.prefix(Self.sliceCount), ids.dropFirst(Self.sliceCount))
        var slow: [UInt64] = []
        let writers: [DirectWriter] = state.withLock { state in
            var writers: [DirectWriter] = []
            for id in slice {
                guard var waiter = state.waiters[id], waiter.state.sharedPosition == message.position,
                    let writer = waiter.sink?.writer
                else { continue }
                guard writer.isWritable else {
                    slow.append(id)
                    continue
                }
                waiter.state.follow(message.feed)
                if message.bytes.readableBytes > 0 {
                    waiter.deadline = state.elapsed + waiter.patience
                    writers.append(writer)
                }
                state.waiters[id] = waiter
            }
            return writers
        }
        for writer in writers { writer.write(message.bytes) }
        wake(slow)
        guard !rest.isEmpty else { return done() }
        loop.scheduleTask(in: Self.slicePause) { self.write(message, to: rest, on: loop, done) }
    }

    private func wake(_ ids: [UInt64]) {
        let woken = state.withLock { state in ids.compactMap { state.remove($0) } }
        for waiter in woken { waiter.resume(.grown) }
    }
}
