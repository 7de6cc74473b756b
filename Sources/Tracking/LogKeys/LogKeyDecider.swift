import SwiftProtobuf

/// The rules of the keys that sign the log's tree heads. The stream is `log-keys/log`; without events there is the one key
/// that was made with the log.
package enum LogKeyDecider: Decider {
    /// A key that the events tell of.
    package struct Key: Sendable, Equatable {
        /// Its public part, as C2SP signed-note writes it.
        package var verifierKey: String
        /// When it stops signing; nil for the newest.
        package var signsUntil: Timestamp?
        /// Once it has stopped, the size of the last tree head that it signed.
        package var lastSize: UInt64?

        package var isRetired: Bool { lastSize != nil }
    }

    /// The newest first.
    package typealias State = [Key]

    package enum Command: Sendable, Equatable {
        case rotate(LogKeyRotated)
        case retire(LogKeyRetired)
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        /// As many keys sign as may.
        case tooManyKeys

        package var description: String {
            "\(mostKeys) keys sign already, as many as may; rotate once one of them has stopped"
        }
    }

    /// The most keys that sign at a time.
    package static let mostKeys = 8
    package static let stream = StreamID(.logKeys, "log")
    package static let initialState: State = []

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [LogKeyEvent] {
        switch command {
        case .rotate(let rotated):
            guard rotated.earlierKeys.count < mostKeys else { throw .tooManyKeys }
            return [.rotated(rotated)]
        case .retire(let retired):
            guard let key = state.first(where: { $0.verifierKey == retired.verifierKey }), !key.isRetired else {
                return []  // retiring twice is not an error
            }
            return [.retired(retired)]
        }
    }

    package static func evolve(_ state: inout State, with event: LogKeyEvent) {
        switch event {
        case .rotated(let rotated):
            let end = Timestamp(rawValue: rotated.signsUntil)
            for text in rotated.earlierKeys {
                if let index = state.firstIndex(where: { $0.verifierKey == text }) {
                    state[index].signsUntil = min(state[index].signsUntil ?? end, end)
                } else {
                    state.append(Key(verifierKey: text, signsUntil: end))
                }
            }
            state.insert(Key(verifierKey: rotated.verifierKey), at: 0)
        case .retired(let retired):
            guard let index = state.firstIndex(where: { $0.verifierKey == retired.verifierKey }) else { return }
            state[index].lastSize = retired.lastSize
        }
    }

    package static func memoryByteCount(of state: State) -> Int { 64 + 512 * state.count }

    package static func hasEnded(_ state: State) -> Bool { false }
}
