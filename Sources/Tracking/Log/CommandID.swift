/// The identity of one wish to change something: the `Idempotency-Key` of a request, or one that the server made.
///
/// 1 to 255 bytes of UTF-8 without control characters. In one stream, for the stream's whole life, a second command
/// with the same id is the same command.
package struct CommandID: Hashable, Sendable, CustomStringConvertible {
    package static let maximumByteCount = 255

    package let text: String

    /// Nil when `text` is empty, too long or holds control characters.
    package init?(_ text: String) {
        var text = text
        let isAllowed = text.withUTF8 { bytes in
            (1...CommandID.maximumByteCount).contains(bytes.count) && bytes.allSatisfy { $0 >= 32 && $0 != 127 }
        }
        guard isAllowed else { return nil }
        self.text = text
    }

    /// A fresh id by chance.
    package static func fresh() -> CommandID {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<2 { withUnsafeBytes(of: generator.next() as UInt64) { bytes += $0 } }
        return CommandID(random: bytes)
    }

    /// A fresh id from 16 random bytes.
    package init(random bytes: some Collection<UInt8>) {
        precondition(bytes.count == 16)
        text = "cmd_" + Hexadecimal.encode(bytes)
    }

    /// The id of a command that follows from this one, such as the start of a session that it creates. It is made from a
    /// digest, so that no two ids, however long, give the same.
    package func derived(_ name: String) -> CommandID {
        var hasher = Digest.Hasher()
        hasher.update(Array(text.utf8) + [0] + Array(name.utf8))
        return CommandID(random: hasher.finalize().bytes.prefix(16))
    }

    /// The id of the command's event at `index`: SHA-256 of the id's bytes and the index as eight bytes, most
    /// significant first, cut to 16 bytes.
    package func eventID(at index: Int) -> EventID {
        var hasher = Digest.Hasher()
        hasher.update(Array(text.utf8))
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: index).bigEndian) { hasher.update($0) }
        return hasher.finalize().withBytes { EventID(bytes: UnsafeRawBufferPointer(rebasing: $0.prefix(16))) }
    }

    package var description: String { text }
}
