/// One training from create to finish.
package enum Session {
    /// The name of a session in the API: `sess_` and letters, digits, `_` or `-`; at most 64 bytes.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let text: String

        /// Nil when `text` is not spelled like a session's id.
        package init?(_ text: some StringProtocol) {
            guard text.utf8.starts(with: "sess_".utf8), (6...64).contains(text.utf8.count),
                text.utf8.allSatisfy(Identifiers.isAllowed)
            else { return nil }
            self.text = String(text)
        }

        /// The id that `command` gives to the session it creates.
        package init(createdBy command: CommandID) {
            text = "sess_" + Identifiers.suffix(for: "session", of: command)
        }

        /// The stream of the session's lifecycle.
        package var stream: StreamID { StreamID(.session, text) }

        /// The stream of the session's measurements.
        package var telemetry: StreamID { StreamID(.telemetry, text) }

        package var description: String { text }

        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }

    /// The phase of a session's life.
    package enum Status: String, CaseIterable, Sendable {
        case created, queued, running, stopping, stopped, completed, failed

        /// True when nothing trains and nothing will without a new start.
        package var isFinished: Bool { self == .stopped || self == .completed || self == .failed }
    }

    /// Longest name, tag, metric or parameter name in bytes of UTF-8.
    package static let maximumNameByteCount = 255
}
