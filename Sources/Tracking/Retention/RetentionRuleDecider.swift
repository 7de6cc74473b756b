import SwiftProtobuf

/// The rules of a retention rule's life. The stream is `retention/<name>`; a rule that was deleted can be set anew.
package enum RetentionRuleDecider: Decider {
    package enum State: Sendable, Equatable {
        case absent
        case active(RetentionRuleSettings)
    }

    package enum Command: Sendable, Equatable {
        /// All of it, as it is to be.
        case set(RetentionRuleSettings)
        case delete
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case unknownRule

        package var description: String { "there is no such retention rule" }
    }

    package static let initialState = State.absent

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [RetentionEvent] {
        switch (command, state) {
        case (.set(let settings), .active(let known)) where settings == known: return []  // it is so already
        case (.set(let settings), _): return [.ruleSet(.with { $0.settings = settings })]
        case (.delete, .active): return [.ruleDeleted(RetentionRuleDeleted())]
        case (.delete, .absent): throw .unknownRule
        }
    }

    package static func evolve(_ state: inout State, with event: RetentionEvent) {
        switch event {
        case .ruleSet(let set): state = .active(set.settings)
        case .ruleDeleted: state = .absent
        }
    }

    package static func memoryByteCount(of state: State) -> Int { 512 }

    package static func hasEnded(_ state: State) -> Bool { state == .absent }
}
