extension SessionRedacted {
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
