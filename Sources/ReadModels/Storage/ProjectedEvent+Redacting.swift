import Tracking

extension ProjectedEvent {
    /// The places of the records whose content of `kind` the event removed; nil when it is no such event. Those that another
    /// server named are places in that server's log, and give nil.
    func redactedPositions(of kind: RedactionKind) -> Set<UInt64>? {
        guard case .session(.redacted(let redacted)) = body, !record.isImported,
            redacted.kinds.contains(kind.rawValue)
        else { return nil }
        return Set(redacted.positions.map(\.rawValue))
    }
}
