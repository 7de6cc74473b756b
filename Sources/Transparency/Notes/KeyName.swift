/// The name of a key that signs notes: not empty, without spaces, plus signs and control characters (C2SP signed-note).
package struct KeyName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// Nil when `text` is not a name.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ KeyName.allows($0) }) else { return nil }
        self.text = String(text)
    }

    private static func allows(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "+" && scalar.value >= 0x20 && !scalar.properties.isWhitespace
    }

    package var description: String { text }
}
