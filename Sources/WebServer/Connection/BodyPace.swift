import NIOCore

/// The pace at which a body arrives, measured in windows of the time for which the server is ready to read.
struct BodyPace {
    /// The part of the window that passed before `waitingSince`.
    private var waited = TimeAmount.zero
    /// The bytes that came in the window.
    private var byteCount = 0
    /// The time since which the server has been ready; nil while it is not.
    private var waitingSince: NIODeadline?

    /// The server is ready to read.
    mutating func resume(at now: NIODeadline) {
        if waitingSince == nil { waitingSince = now }
    }

    /// The server is not ready any more.
    mutating func pause(at now: NIODeadline) {
        if let waitingSince { waited = waited + (now - waitingSince) }
        waitingSince = nil
    }

    /// So many bytes came.
    mutating func add(_ byteCount: Int) { self.byteCount += byteCount }

    /// The end of the window, unless the server stops reading before; nil while it does not read, and without a limit.
    func deadline(_ limits: ConnectionLimits) -> NIODeadline? {
        guard limits.minimumBodyByteRate > 0, let waitingSince else { return nil }
        return waitingSince + (limits.bodyWindow - waited)
    }

    /// Begins the next window if this one is over at `now`; returns whether it brought too little.
    mutating func isTooSlow(at now: NIODeadline, _ limits: ConnectionLimits) -> Bool {
        guard let deadline = deadline(limits), now >= deadline else { return false }
        let wanted = Double(limits.minimumBodyByteRate) * Double(limits.bodyWindow.nanoseconds) / 1e9
        let isTooSlow = Double(byteCount) < wanted
        self = BodyPace()
        resume(at: now)
        return isTooSlow
    }
}
