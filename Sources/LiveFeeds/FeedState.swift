package import EventLog
package import Tracking

/// One feed from its opening to its end, as rules: what to read next, what to tell of it, and when it is over.
///
/// Pure: whoever performs it reads the log and hands in what came.
package struct FeedState {
    /// The next thing that the performer is to do.
    package enum Step: Equatable {
        /// Read the wanted events after a position.
        case read(after: LogPosition, EventFilter)
        /// Wait until the log grows beyond a position, then read.
        case wait(after: LogPosition)
        /// Nothing more will come.
        case end
    }

    private enum Phase: Equatable {
        /// Lifecycle only, up to the head at the opening.
        case history
        case live
        case ended
    }

    private let request: FeedRequest
    /// The log's head when the feed was opened.
    private let openedAt: LogPosition
    private var phase: Phase
    /// Everything up to here was read.
    private var position: LogPosition
    private var isCaughtUp = false
    /// Frames of the first event that the client has already.
    private var skipped: FeedCursor?
    /// The cursor of a client that has read everything that was told.
    package private(set) var cursor: FeedCursor

    /// A feed opened when the log reached `head`; `ending` is where its session ended, nil while it may go on and for the
    /// feed of everything.
    package init(_ request: FeedRequest, head: LogPosition, ending: LogPosition?) {
        self.request = request
        openedAt = head
        if let after = request.after {
            phase = .live
            position = after.readsAfter
            cursor = after
            skipped = after.part == nil ? nil : after
            if let ending, FeedCursor(ending) <= after { phase = .ended }
        } else if case .session = request.scope {
            phase = .history
            position = .start
            cursor = FeedCursor(.start)
        } else {
            phase = .live
            position = head
            cursor = FeedCursor(head)
        }
    }

    /// The frame that opens the feed.
    package var opening: FeedFrame { FeedEncoder.connection(scope: request.scope, cursor: cursor, head: openedAt) }

    /// The next thing to do.
    package var step: Step {
        switch phase {
        case .ended: .end
        case .history, .live: isCaughtUp ? .wait(after: position) : .read(after: position, filter)
        }
    }

    /// The log has grown.
    package mutating func wake() { isCaughtUp = false }

    /// Where it stands, when it has told everything up to there and other feeds of its request that stand there are told the same
    /// from then on; else nil.
    var sharedPosition: LogPosition? {
        phase == .live && isCaughtUp && skipped == nil ? position : nil
    }

    /// Takes the place that `other`, a feed of the same request that stood at the same position, has come to.
    mutating func follow(_ other: FeedState) {
        position = other.position
        cursor = other.cursor
    }

    /// Takes what was read, and up to where; returns what is to be told of it.
    ///
    /// - Throws: when an event cannot be read.
    package mutating func receive(
        _ events: [FeedEvent], through: LogPosition
    ) throws(EventCodecError) -> [FeedFrame] {
        var frames: [FeedFrame] = []
        for event in events {
            guard phase == .live || event.record.position <= openedAt else { break }
            guard phase == .live || event.record.stream.category != .telemetry else { continue }
            for frame in try event.frames() where wants(frame.type) && isNew(frame) { frames.append(frame) }
            skipped = nil
            cursor = FeedCursor(event.record.position)
            if case .session = request.scope, event.endsSession {
                phase = .ended
                return frames
            }
        }
        advance(through: through)
        return frames
    }

    /// A session's feed ends with its ending, so that notifications are told in the feed of everything alone.
    private func wants(_ type: FeedFrameType) -> Bool {
        guard request.wants(type) else { return false }
        return type != .notification || request.scope == .everything
    }

    private func isNew(_ frame: FeedFrame) -> Bool {
        guard let skipped, frame.cursor.position == skipped.position else { return true }
        return frame.cursor > skipped
    }

    private mutating func advance(through: LogPosition) {
        switch phase {
        case .history where through >= openedAt:
            phase = .live
            position = openedAt
        case .history: position = max(position, through)
        case .live:
            // Waiting returns at once when the read was cut short.
            isCaughtUp = true
            position = max(position, through)
        case .ended: break
        }
        cursor = max(cursor, FeedCursor(position))
    }

    private var filter: EventFilter {
        let hasTelemetry = phase == .live && request.wantsTelemetry
        switch request.scope {
        case .session(let id):
            let alerts = Alert.stream(of: id.text)
            return .streams(hasTelemetry ? [id.stream, id.telemetry, alerts] : [id.stream, alerts])
        case .everything:
            return .categories(
                hasTelemetry ? [.session, .telemetry, .alert, .webhook] : [.session, .alert, .webhook])
        }
    }
}
