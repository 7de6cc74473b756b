import ReadModels
package import Tracking

/// Starts the trainers of sessions and tells what became of them.
package protocol TrainerProcesses: Sendable {
    /// True when trainers are started here at all.
    var isEnabled: Bool { get }

    /// Returns once trainers can reach the server, or never will.
    func waitUntilReady() async

    /// Starts the trainer of `session` and returns when it has ended. `allowedProgram` is a program that it may start
    /// beside those that all may start; empty for none.
    ///
    /// `started` is called with the process's id as soon as it runs. Nil when the calling task was cancelled: then the
    /// trainer was not started, or lives on.
    func run(
        _ session: Session.ID, kind: TrainerKind, allowedProgram: String, started: @Sendable (UInt32) -> Void
    ) async throws(LaunchError) -> TrainerExit?

    /// Ends a process that `run` waits for, at once and without a word to it.
    func end(processID: UInt32)

    /// Ends what the trainer of a lost attempt has started and left behind, if it ran on this machine.
    func endLeftovers(of session: Session.ID, processID: UInt32)
}

extension TrainerProcesses {
    /// True when trainers of `kind` are started here; nil is the kind of a session without one.
    func launches(_ kind: TrainerKind?) -> Bool { isEnabled && kind?.isLaunched == true }

    /// Those of `sessions` whose trainers are started here. They are read from the read models: the states of many
    /// thousand sessions would take seconds to fold.
    func launched(
        of sessions: [Session.ID], in snapshot: borrowing ReadModelSnapshot
    ) throws(ReadModelError) -> [Session.ID] {
        var launched: [Session.ID] = []
        try snapshot.forEach(of: sessions) { session, document in
            if launches(TrainerKind(rawValue: document.trainerKind)) { launched.append(session) }
        }
        return launched
    }
}

/// The ending of a trainer's process.
package struct TrainerExit: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case exit(code: Int32)
        case signal(Int32)
    }

    package var processID: UInt32
    package var reason: Reason
    /// The last lines it wrote to standard error.
    package var lastLines: String

    package init(processID: UInt32, reason: Reason, lastLines: String) {
        self.processID = processID
        self.reason = reason
        self.lastLines = lastLines
    }

    /// True when another process might do better: this one was killed, or found the session claimed by one now gone.
    package var mayBeRepeated: Bool {
        switch reason {
        case .signal: true
        case .exit(let code): code == Self.notClaimable
        }
    }

    /// The exit code of a trainer when another attempt holds the session.
    private static let notClaimable: Int32 = 7

    /// The exit code of a trainer when the program it supervised ended badly; its last words say how.
    private static let programFailed: Int32 = 9

    /// One sentence for people.
    package var message: String {
        if reason == .exit(code: Self.programFailed), !lastLines.isEmpty { return lastLines }
        let ending =
            switch reason {
            case .exit(let code): "the trainer ended with exit code \(code)"
            case .signal(let signal): "the trainer was killed by signal \(signal)"
            }
        return lastLines.isEmpty ? ending : ending + ": " + lastLines
    }
}

/// The reason that a trainer could not be started.
package struct LaunchError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
