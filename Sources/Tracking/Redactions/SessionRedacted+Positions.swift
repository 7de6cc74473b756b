extension SessionRedacted {
    private static let type = SessionEvent.redacted(SessionRedacted()).type

    /// The redaction that `event` is; nil when it is something else, or happened on another server: its positions are of that
    /// server's log then.
    ///
    /// - Throws: When it cannot be read.
    package init?(_ event: RecordedEvent) throws(EventCodecError) {
        guard event.type == Self.type, !event.isImported else { return nil }
        guard case .redacted(let body) = try SessionEvent(event) else { return nil }
        self = body
    }

    /// The places in the log of the records whose content went, ascending.
    package var positions: [LogPosition] {
        get {
            var position: UInt64 = 0
            return positionDeltas.map { delta in
                position &+= delta
                return LogPosition(position)
            }
        }
        set {
            var position: UInt64 = 0
            positionDeltas = newValue.map { next in
                defer { position = next.rawValue }
                return next.rawValue &- position
            }
        }
    }
}
