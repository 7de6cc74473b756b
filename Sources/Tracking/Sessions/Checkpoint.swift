/// Saved model state.
package enum Checkpoint {
    /// The name of a checkpoint in the API: `ckpt_` and letters, digits, `_` or `-`; at most 64 bytes.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let text: String

        /// Nil when `text` is not spelled like a checkpoint's id.
        package init?(_ text: some StringProtocol) {
            guard text.utf8.starts(with: "ckpt_".utf8), (6...64).contains(text.utf8.count),
                text.utf8.allSatisfy(Identifiers.isAllowed)
            else { return nil }
            self.text = String(text)
        }

        /// The id that `command` gives to the checkpoint it saves in `session`.
        package init(createdBy command: CommandID, in session: Session.ID) {
            text = "ckpt_" + Identifiers.suffix(for: "checkpoint/" + session.text, of: command)
        }

        package var description: String { text }

        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }
}
