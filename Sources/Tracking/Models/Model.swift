/// A model of the registry: a name under which people find checkpoints by aliases, such as `detector@production`.
package enum Model {
    /// The most aliases that a model can have at a time.
    package static let mostAliases = 100
    /// The most bytes of a reason.
    package static let longestReason = 1024
    /// The most bytes of the name that somebody gives for themselves.
    package static let longestBy = 255

    /// A model's name: 1 to 128 letters, digits, `.`, `_` or `-` of ASCII, of which the first is a letter or a digit.
    package struct Name: Hashable, Sendable, CustomStringConvertible {
        /// The rule in words, for errors.
        package static let rule =
            "must have 1 to 128 letters, digits, '.', '_' or '-', of which the first is a letter or a digit"

        package let text: String

        /// Nil when `text` is no name.
        package init?(_ text: some StringProtocol) {
            guard Model.isName(text, of: 1...128) else { return nil }
            self.text = String(text)
        }

        package var stream: StreamID { StreamID(.model, text) }

        package var description: String { text }
    }

    /// An alias's name: as a model's, of at most 64 bytes.
    package struct Alias: Hashable, Sendable, CustomStringConvertible {
        /// The rule in words, for errors.
        package static let rule =
            "must have 1 to 64 letters, digits, '.', '_' or '-', of which the first is a letter or a digit"

        package let text: String

        /// Nil when `text` is no alias.
        package init?(_ text: some StringProtocol) {
            guard Model.isName(text, of: 1...64) else { return nil }
            self.text = String(text)
        }

        package var description: String { text }
    }

    /// A model's alias as people write it: `NAME@ALIAS`.
    package struct Reference: Hashable, Sendable, CustomStringConvertible {
        package let model: Name
        package let alias: Alias

        package init(_ model: Name, _ alias: Alias) {
            self.model = model
            self.alias = alias
        }

        /// Nil when `text` is not a name, `@` and an alias.
        package init?(_ text: String) {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, let model = Name(parts[0]), let alias = Alias(parts[1]) else { return nil }
            self.init(model, alias)
        }

        package var description: String { "\(model)@\(alias)" }
    }

    /// What an alias points at.
    package struct Target: Equatable, Sendable {
        package var checkpointID: String
        package var sessionID: String
        package var digest: String

        package init(checkpointID: String, sessionID: String, digest: String) {
            self.checkpointID = checkpointID
            self.sessionID = sessionID
            self.digest = digest
        }
    }

    private static func isName(_ text: some StringProtocol, of byteCount: ClosedRange<Int>) -> Bool {
        guard byteCount.contains(text.utf8.count), let first = text.utf8.first else { return false }
        return first != UInt8(ascii: "_") && first != UInt8(ascii: "-") && first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { Identifiers.isAllowed($0) || $0 == UInt8(ascii: ".") }
    }
}
