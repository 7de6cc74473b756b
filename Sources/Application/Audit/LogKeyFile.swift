import Foundation
package import Transparency

/// The secret keys that sign the log's tree heads, in a file that only its owner can read: a line for each, the newest
/// first.
package struct LogKeyFile: Sendable {
    private let file: DurableFile

    package init(path: String) { file = DurableFile(path) }

    /// The keys, the newest first. A key is made when there is no file.
    ///
    /// - Parameters:
    ///   - origin: The name that a new key is to have, and that keys must have; nil takes what there is, or makes one of
    ///     the host's name.
    ///   - hasSigned: True when the log was signed before, so that its key is lost when there is no file.
    /// - Throws: `key` when others can read the file, when it is no key or another log's, and when it is lost.
    package func load(origin: String?, hasSigned: Bool) throws(AuditError) -> [SigningKey] {
        guard let bytes = try AuditError.forFile({ () throws(DurableFile.Failure) in try file.read() }) else {
            return [try make(origin: origin, hasSigned: hasSigned)]
        }
        let isOpen = try AuditError.forFile { () throws(DurableFile.Failure) in try file.isOpenToOthers() }
        guard !isOpen else {
            throw .key(
                "Others can read the file \(file.path), which has the log's secret key. Take their rights away "
                    + "(chmod 600), and rotate the key if somebody may have read it.")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        var keys: [SigningKey] = []
        for line in lines {
            do throws(NoteError) {
                keys.append(try SigningKey(line))
            } catch {
                throw .key("The file \(file.path) is not the log's key. \(error) Restore it from its backup.")
            }
        }
        guard let name = keys.first?.verifier.name, keys.allSatisfy({ $0.verifier.name == name }) else {
            throw .key("The file \(file.path) has no key, or keys of several logs. Restore it from its backup.")
        }
        guard origin == nil || origin == name.text else {
            throw .key(
                "audit.origin is '\(origin ?? "")', and the log is called '\(name)' by its key. A log keeps its name; "
                    + "remove audit.origin, or write that name.")
        }
        return keys
    }

    /// Returns once the file has these keys, and no others, on disk.
    func replace(with keys: [SigningKey]) throws(AuditError) {
        let text = keys.map { $0.secretText + "\n" }.joined()
        try AuditError.forFile { () throws(DurableFile.Failure) in try file.write(Array(text.utf8)) }
    }

    private func make(origin: String?, hasSigned: Bool) throws(AuditError) -> SigningKey {
        guard !hasSigned else {
            throw .key(
                "The log's key, the file \(file.path), is missing, and tree heads were signed with it. Restore it from its "
                    + "backup. A new key would begin another log.")
        }
        let text = origin ?? Self.nameByChance()
        guard let name = KeyName(text) else {
            throw .key(
                "audit.origin '\(text)' is not a log's name: it may not have spaces, plus signs or control characters.")
        }
        let key: SigningKey
        do throws(NoteError) {
            key = try SigningKey(name)
        } catch {
            throw .key("The log's key could not be made. \(error)")
        }
        try replace(with: [key])
        return key
    }

    /// The host's name and eight hexadecimal digits.
    private static func nameByChance() -> String {
        let host = ProcessInfo.processInfo.hostName.filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0))
        }
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return (host.isEmpty ? "pivot" : host) + "/" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
