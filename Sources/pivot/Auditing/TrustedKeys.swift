import Foundation
import Text
package import Transparency

/// The keys of a log that somebody trusts, because they came another way than the log itself.
package enum TrustedKeys {
    /// The most bytes of a file of keys.
    private static let maximumByteCount = 1 << 16

    /// The keys that `arguments` name: each is a key as text, or a file with one on each line.
    ///
    /// - Throws: `CommandFailure` with the status `usage` when one is neither, or when they are keys of several logs.
    package static func parse(_ arguments: [String]) throws(CommandFailure) -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for argument in arguments {
            for text in try texts(of: argument) {
                do throws(NoteError) {
                    keys.append(try VerifierKey(text))
                } catch {
                    throw CommandFailure(
                        .usage,
                        "'\(DisplayText.safe(text))' is neither a file nor a public key. \(error) "
                            + "'\(ProgramName.typed) audit key' prints a log's.")
                }
            }
        }
        if let first = keys.first, let other = keys.first(where: { $0.name != first.name }) {
            throw CommandFailure(
                .usage, "The keys are of several logs, \(first.name) and \(other.name). Verify one log at a time.")
        }
        return keys
    }

    private static func texts(of argument: String) throws(CommandFailure) -> [String] {
        guard FileManager.default.fileExists(atPath: argument) else { return [argument] }
        let bytes: [UInt8]
        do throws(RegularFile.Fault) {
            bytes = try RegularFile.contents(of: argument, upTo: maximumByteCount)
        } catch {
            throw CommandFailure(.usage, "\(argument) \(error).")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let texts = lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard !texts.isEmpty else { throw CommandFailure(.usage, "The file \(argument) has no key.") }
        return texts
    }
}
