package import Processes

/// The course of one supervised program as a pure state machine: what came goes in, what is to be done comes out.
///
/// ```
/// starting ─started→ running ─stop, timeout→ ending ─grace over→ killed
///                       ╲ exit               ╱ exit            ╱ exit
///                        ╲→ draining ←──────╱←────────────────╱
///                              ╲ output ended, or nobody closes it → ended
/// ```
/// Times are what has passed since any fixed moment.
package struct CommandCourse: Equatable, Sendable {
    /// An event that the course has to answer.
    package enum Input: Equatable, Sendable {
        case started
        case couldNotStart(String)
        case stopRequested
        case exited(ProcessExit)
        /// Everything that the program and its children wrote has been read.
        case outputEnded
        case timePassed
        /// The attempt is not ours any more.
        case abandoned
    }

    /// An action in answer to an input.
    package enum Action: Equatable, Sendable {
        /// SIGTERM to the group.
        case terminate
        /// SIGKILL to the group and to all that left it.
        case kill
        /// A line for the session's log.
        case note(String)
        /// Read no further: somebody holds the output open.
        case stopReading
        case end(End)
    }

    /// The ways in which it ends.
    package enum End: Equatable, Sendable {
        case completed
        case stopped(message: String?)
        /// The session is over.
        case failed(String)
        /// The attempt is; another one may do better.
        case lost(String)
        case abandoned
    }

    private enum Cause: Equatable {
        case stop, timeout, abandoned
    }

    private enum Phase: Equatable {
        case starting
        case running(since: Duration)
        case ending(Cause, killAt: Duration)
        case killed(Cause)
        case draining(Cause?, ProcessExit, until: Duration)
        case ended
    }

    /// The longest time that the output may stay open after the program and all its children are gone.
    package static let drainTime = Duration.seconds(5)

    private let name: String
    private let grace: Duration
    private let timeout: Duration?
    private var phase = Phase.starting
    private var wasKilled = false

    /// - Parameters:
    ///   - name: What messages call the program.
    ///   - grace: From SIGTERM to SIGKILL.
    ///   - timeout: The longest it may run; nil: no limit.
    package init(name: String, grace: Duration, timeout: Duration?) {
        self.name = name
        self.grace = grace
        self.timeout = timeout
    }

    /// Takes in what came and says what to do.
    package mutating func take(_ input: Input, at now: Duration) -> [Action] {
        switch (phase, input) {
        case (.starting, .started):
            phase = .running(since: now)
            return []
        case (.starting, .couldNotStart(let message)): return end(.failed(message))
        case (.starting, .stopRequested): return end(.stopped(message: "stopped before the program began"))
        case (.starting, .abandoned): return end(.abandoned)

        case (.running, .stopRequested):
            return endWith(.stop, at: now, note: "A stop was requested: \(name) gets SIGTERM\(graceWords).")
        case (.running(let since), .timePassed):
            guard let timeout, now - since >= timeout else { return [] }
            return endWith(
                .timeout, at: now,
                note:
                    "\(name) has run for \(Self.words(timeout)) (trainer.timeout_seconds): it gets SIGTERM\(graceWords)."
            )

        case (.ending(let cause, let killAt), .timePassed):
            guard now >= killAt else { return [] }
            phase = .killed(cause)
            wasKilled = true
            return [.note("\(name) did not exit within \(Self.words(grace)) of SIGTERM and is killed."), .kill]

        case (.running, .abandoned), (.ending, .abandoned), (.killed, .abandoned):
            phase = .killed(.abandoned)
            return [.kill]
        case (.draining(_, let exit, let until), .abandoned):
            phase = .draining(.abandoned, exit, until: until)
            return []

        case (.running, .exited(let exit)): return drain(nil, exit, at: now)
        case (.ending(let cause, _), .exited(let exit)), (.killed(let cause), .exited(let exit)):
            return drain(cause, exit, at: now)

        case (.draining(let cause, let exit, _), .outputEnded): return end(ending(cause, exit))
        case (.draining(let cause, let exit, let until), .timePassed):
            guard now >= until else { return [] }
            return [.stopReading] + end(ending(cause, exit))

        default: return []
        }
    }

    /// True once it is over.
    package var isOver: Bool { phase == .ended }

    private mutating func endWith(_ cause: Cause, at now: Duration, note: String) -> [Action] {
        guard grace > .zero else {
            phase = .killed(cause)
            wasKilled = true
            return [.note(note), .terminate, .kill]
        }
        phase = .ending(cause, killAt: now + grace)
        return [.note(note), .terminate]
    }

    /// The program has gone; whatever it left behind goes too.
    private mutating func drain(_ cause: Cause?, _ exit: ProcessExit, at now: Duration) -> [Action] {
        phase = .draining(cause, exit, until: now + Self.drainTime)
        return [.kill]
    }

    private mutating func end(_ end: End) -> [Action] {
        phase = .ended
        return [.end(end)]
    }

    private func ending(_ cause: Cause?, _ exit: ProcessExit) -> End {
        switch cause {
        case .abandoned: .abandoned
        case .stop:
            .stopped(
                message: wasKilled ? "\(name) did not exit within \(Self.words(grace)) of SIGTERM and was killed" : nil)
        case .timeout:
            .failed(
                "\(name) ran longer than \(Self.words(timeout ?? .zero)) and was stopped "
                    + "(\(exit)). Raise trainer.timeout_seconds, or make it do less.")
        case nil: exit.isSuccess ? .completed : .lost("\(name) ended with \(exit)")
        }
    }

    private var graceWords: String { grace > .zero ? " and \(Self.words(grace)) to exit" : " and is killed" }

    private static func words(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
