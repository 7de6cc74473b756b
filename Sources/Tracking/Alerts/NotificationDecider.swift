import SwiftProtobuf

/// The marks that people set on notifications. What is notified follows from the log; the stream is `notifications/marks`.
package enum NotificationDecider: Decider {
    package static let stream = StreamID(.notifications, "marks")

    package struct State: Sendable, Equatable {}

    package enum Command: Sendable, Equatable {
        case read([LogPosition])
        case readAll(through: LogPosition)
        case clear([LogPosition])
        case clearAll(through: LogPosition)
    }

    package enum Refusal: Error, Equatable {}

    package static let initialState = State()

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [NotificationEvent] {
        switch command {
        case .read(let positions): [.read(.with { $0.positions = positions.map(\.rawValue) })]
        case .readAll(let position): [.allRead(.with { $0.through = position.rawValue })]
        case .clear(let positions): [.cleared(.with { $0.positions = positions.map(\.rawValue) })]
        case .clearAll(let position): [.cleared(.with { $0.through = position.rawValue })]
        }
    }

    package static func evolve(_ state: inout State, with event: NotificationEvent) {}

    package static func memoryByteCount(of state: State) -> Int { 0 }

    package static func hasEnded(_ state: State) -> Bool { false }
}
