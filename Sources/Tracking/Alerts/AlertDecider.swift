import SwiftProtobuf

/// The rules of alerts' lives. The stream is `alert/<session>`, and holds all alerts of a session.
package enum AlertDecider: Decider {
    /// The alerts that are not over: whether somebody has acknowledged them.
    package typealias State = [String: Bool]

    package enum Command: Sendable, Equatable {
        case trigger(AlertTriggered)
        case acknowledge(AlertAcknowledged)
        case resolve(AlertResolved)
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        /// It is over, or never was.
        case isResolved

        package var description: String { "the alert is resolved already" }
    }

    package static let initialState: State = [:]

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [AlertEvent] {
        switch command {
        case .trigger(let triggered): return state[triggered.alertID] == nil ? [.triggered(triggered)] : []
        case .acknowledge(let acknowledged):
            guard let isAcknowledged = state[acknowledged.alertID] else { throw .isResolved }
            return isAcknowledged ? [] : [.acknowledged(acknowledged)]
        case .resolve(let resolved):
            guard state[resolved.alertID] != nil else { throw .isResolved }
            return [.resolved(resolved)]
        }
    }

    package static func evolve(_ state: inout State, with event: AlertEvent) {
        switch event {
        case .triggered(let triggered): state[triggered.alertID] = false
        case .acknowledged(let acknowledged): state[acknowledged.alertID] = true
        case .resolved(let resolved): state[resolved.alertID] = nil
        }
    }

    package static func memoryByteCount(of state: State) -> Int { 64 + 96 * state.count }

    package static func hasEnded(_ state: State) -> Bool { state.isEmpty }
}
