import SwiftProtobuf

/// The rules of an alert rule's life. The stream is `alert-rule/<id>`.
package enum AlertRuleDecider: Decider {
    package enum State: Sendable, Equatable {
        case notCreated
        case active(AlertRuleSettings)
        case deleted
    }

    package enum Command: Sendable, Equatable {
        case create(AlertRuleSettings)
        /// All of it, as it is to be.
        case change(AlertRuleSettings)
        case delete
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case unknownRule
        case alreadyCreated

        package var description: String {
            switch self {
            case .unknownRule: "there is no such rule"
            case .alreadyCreated: "a rule with this id exists already"
            }
        }
    }

    package static let initialState = State.notCreated

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [AlertRuleEvent] {
        switch (command, state) {
        case (.create(let settings), .notCreated), (.create(let settings), .deleted):
            return [.created(.with { $0.settings = settings })]
        case (.create, _): throw .alreadyCreated
        case (.change(let settings), .active(let known)):
            return settings == known ? [] : [.changed(.with { $0.settings = settings })]
        case (.delete, .active): return [.deleted(AlertRuleDeleted())]
        case (.delete, .deleted): return []  // deleting twice is not an error
        case (.change, _), (.delete, .notCreated): throw .unknownRule
        }
    }

    package static func evolve(_ state: inout State, with event: AlertRuleEvent) {
        switch event {
        case .created(let created): state = .active(created.settings)
        case .changed(let changed): state = .active(changed.settings)
        case .deleted: state = .deleted
        }
    }

    package static func memoryByteCount(of state: State) -> Int { 512 }

    package static func hasEnded(_ state: State) -> Bool { state == .deleted }
}
