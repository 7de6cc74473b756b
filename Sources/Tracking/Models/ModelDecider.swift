import SwiftProtobuf

/// The rules of a model's aliases. The stream is `model/<name>`; it begins with the first alias and does not end.
package enum ModelDecider: Decider {
    /// The aliases that there are, and what they point at.
    package struct State: Sendable, Equatable {
        package var targets: [String: Model.Target] = [:]
    }

    /// What an alias must point at for a command to be carried out.
    package enum Expectation: Sendable, Equatable {
        case anything
        /// There must be no such alias.
        case absence
        /// It must point at this checkpoint.
        case checkpoint(String)
    }

    package enum Command: Sendable, Equatable {
        /// Points the alias at a checkpoint.
        case set(Model.Alias, Model.Target, Remark, Expectation)
        /// Takes the alias away.
        case remove(Model.Alias, Remark, Expectation)
    }

    /// Why, and who says so.
    package struct Remark: Sendable, Equatable {
        package var reason: String
        package var by: String

        package init(reason: String, by: String = "") {
            self.reason = reason
            self.by = by
        }
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case unknownAlias(String)
        /// It points at another checkpoint than was expected; nil when there is no such alias.
        case otherTarget(alias: String, present: String?)
        case tooManyAliases

        package var description: String {
            switch self {
            case .unknownAlias(let alias): "there is no alias '\(alias)'"
            case .otherTarget(let alias, let present?):
                "the alias '\(alias)' points at \(present), not at what was expected: look whether that is right, then "
                    + "expect it"
            case .otherTarget(let alias, nil):
                "there is no alias '\(alias)', though it was expected to point at something"
            case .tooManyAliases:
                "the model has \(Model.mostAliases) aliases, as many as there can be: remove one first"
            }
        }
    }

    package static let initialState = State()

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [ModelEvent] {
        switch command {
        case .set(let alias, let target, let remark, let expectation):
            let present = state.targets[alias.text]
            // What is asked for is so already, so that a command that is sent again is not refused for its own effect.
            if present == target { return [] }
            try check(alias, present, expectation)
            guard present != nil || state.targets.count < Model.mostAliases else { throw .tooManyAliases }
            return [
                .aliasSet(
                    .with {
                        ($0.alias, $0.checkpointID) = (alias.text, target.checkpointID)
                        ($0.sessionID, $0.digest) = (target.sessionID, target.digest)
                        ($0.reason, $0.by) = (remark.reason, remark.by)
                        $0.previousCheckpointID = present?.checkpointID ?? ""
                    })
            ]
        case .remove(let alias, let remark, let expectation):
            guard let present = state.targets[alias.text] else { throw .unknownAlias(alias.text) }
            try check(alias, present, expectation)
            return [
                .aliasRemoved(
                    .with {
                        ($0.alias, $0.reason, $0.by) = (alias.text, remark.reason, remark.by)
                        $0.previousCheckpointID = present.checkpointID
                    })
            ]
        }
    }

    package static func evolve(_ state: inout State, with event: ModelEvent) {
        switch event {
        case .aliasSet(let set):
            state.targets[set.alias] = Model.Target(
                checkpointID: set.checkpointID, sessionID: set.sessionID, digest: set.digest)
        case .aliasRemoved(let removed): state.targets[removed.alias] = nil
        }
    }

    package static func memoryByteCount(of state: State) -> Int { 128 + 384 * state.targets.count }

    package static func hasEnded(_ state: State) -> Bool { state.targets.isEmpty }

    private static func check(
        _ alias: Model.Alias, _ present: Model.Target?, _ expectation: Expectation
    ) throws(Refusal) {
        let isMet =
            switch expectation {
            case .anything: true
            case .absence: present == nil
            case .checkpoint(let id): present?.checkpointID == id
            }
        guard isMet else { throw .otherTarget(alias: alias.text, present: present?.checkpointID) }
    }
}
