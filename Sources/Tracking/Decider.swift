/// The rules of one kind of stream, pure: a command and the folded past give events or a refusal.
///
/// Silence, no events, means that what was asked for is so already.
package protocol Decider {
    associatedtype Command: Sendable
    associatedtype Event: DomainEvent
    associatedtype State: Sendable
    associatedtype Refusal: Error
    /// The state of a stream without events.
    static var initialState: State { get }
    /// Decides the events that `command` causes in `state`.
    static func decide(_ command: Command, given state: State) throws(Refusal) -> [Event]
    /// Makes `state` what it is after `event`; never fails, since the event has happened.
    static func evolve(_ state: inout State, with event: Event)
    /// About the bytes of memory that `state` takes. Found in a moment, however much it holds.
    static func memoryByteCount(of state: State) -> Int
    /// Returns whether few commands, or none, are to be expected of a stream in `state`.
    static func hasEnded(_ state: State) -> Bool
}
