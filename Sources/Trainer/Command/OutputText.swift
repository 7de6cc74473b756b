/// The text of one line as a program wrote it, as far as it was kept.
package struct OutputText: Equatable, Sendable {
    /// The most bytes of a line in the log.
    package static let maximumByteCount = 16_000

    package var text: String
    /// The bytes at the line's end that were not kept.
    package var omittedByteCount: Int

    package init(_ text: String, omittedByteCount: Int = 0) {
        self.text = text
        self.omittedByteCount = omittedByteCount
    }

    /// The line as the log has it: cut, and saying by how much.
    package var logged: String {
        guard omittedByteCount > 0 || text.utf8.count > Self.maximumByteCount else { return text }
        var end =
            text.utf8.index(text.startIndex, offsetBy: Self.maximumByteCount, limitedBy: text.endIndex)
            ?? text.endIndex
        // Whole characters are left, not whole bytes.
        while end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
        let omitted = omittedByteCount + text.utf8.distance(from: end, to: text.endIndex)
        return text[..<end] + " … (\(omitted) bytes left out)"
    }
}
