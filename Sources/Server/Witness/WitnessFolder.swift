import Application
import EventLog
import Foundation
import Tracking
import Transparency

/// The folder in which a witness keeps its key and the last tree head of each log that it has signed.
///
/// ```
/// witness-key        the secret key, readable by its owner alone
/// logs/<digest>      the last tree head with the witness's own signature; the digest is that of the log's name
/// ```
struct WitnessFolder: Sendable {
    private let directory: DataDirectory

    init(_ directory: DataDirectory) {
        self.directory = directory
    }

    private var keyFile: String { directory.path + "/witness-key" }
    private var storedKey: DurableFile { DurableFile(keyFile) }
    private var logsFolder: String { directory.path + "/logs" }

    private func file(of origin: String) -> String { logsFolder + "/" + Digest(hashing: Array(origin.utf8)).hex }

    /// The witness's key, which is made with `name`, or one from the host's name and chance, when there is none.
    ///
    /// - Throws: `failed` when others can read it, when it is no key of a witness, or when it has another name than the
    ///   one given: it is never replaced.
    func key(named name: KeyName?) throws(StorageError) -> SigningKey {
        if let bytes = try Self.forFile({ () throws(DurableFile.Failure) in try storedKey.read(upTo: 4096) }) {
            try checkPermissions()
            let key = try readKey(bytes)
            guard name == nil || name == key.verifier.name else {
                throw StorageError(
                    .failed,
                    "The key in \(keyFile) has the name \(key.verifier.name). Leave --name out, or use another --state."
                )
            }
            return key
        }
        guard !hasHeads else {
            throw StorageError(
                .failed,
                "\(directory.path) has tree heads that a witness signed, and no key. Restore \(keyFile), or begin a new "
                    + "witness with another --state.")
        }
        let key: SigningKey
        do throws(NoteError) {
            let named: KeyName
            if let name { named = name } else { named = try WitnessFolder.newName() }
            key = try SigningKey(named, kind: .cosignature)
        } catch {
            throw StorageError(.failed, error.description)
        }
        let text = key.secretText + "\n"
        try Self.forFile { () throws(DurableFile.Failure) in try storedKey.write(Array(text.utf8)) }
        return key
    }

    /// The last tree head of the log `origin` that was signed; nil when none was.
    ///
    /// - Throws: `damaged` when the file is anything but what `write` has written.
    func head(of origin: String, signedBy key: VerifierKey) throws(StorageError) -> TreeHead? {
        let path = file(of: origin)
        let found = try Self.forFile { () throws(DurableFile.Failure) in
            try DurableFile(path).read(upTo: Note.maximumByteCount)
        }
        guard let bytes = found else { return nil }
        do throws(NoteError) {
            return try SignedTreeHead(verifying: bytes, of: origin, by: [key]).head
        } catch {
            throw StorageError(
                .damaged,
                "\(path) is not the tree head that this witness signed last for \(origin): \(error) Restore it from a "
                    + "backup that is as new as what was signed; a witness that has forgotten is to be retired.")
        }
    }

    /// Returns once `treeHead`, with the witness's signature `signature`, is on disk as the last one of its log.
    func write(_ treeHead: SignedTreeHead, _ signature: NoteSignature) throws(StorageError) {
        let note: Note
        do throws(NoteError) {
            var signed = try Note(text: treeHead.note.text)
            signed.add(signature)
            for other in treeHead.note.signatures.prefix(Note.maximumSignatureCount - 1) { signed.add(other) }
            note = signed
        } catch {
            throw StorageError(.failed, error.description)
        }
        try DataDirectory.makeFolder(logsFolder)
        let file = DurableFile(file(of: treeHead.origin))
        try Self.forFile { () throws(DurableFile.Failure) in try file.write(note.encoded) }
    }

    private static func forFile<Value>(_ body: () throws(DurableFile.Failure) -> Value) throws(StorageError) -> Value {
        do throws(DurableFile.Failure) {
            return try body()
        } catch {
            throw StorageError(.failed, error.description)
        }
    }

    private var hasHeads: Bool {
        let names = FileManager.default.subpaths(atPath: logsFolder) ?? []
        return names.contains { !$0.hasSuffix(".new") }
    }

    private func checkPermissions() throws(StorageError) {
        var status = stat()
        guard stat(keyFile, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw StorageError(
                .failed,
                "Others can read the secret key \(keyFile). Run 'chmod 600 \(keyFile)' if nobody has read it, or begin a "
                    + "new witness with another --state.")
        }
    }

    private func readKey(_ bytes: [UInt8]) throws(StorageError) -> SigningKey {
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        do throws(NoteError) {
            let key = try SigningKey(text)
            guard key.verifier.kind == .cosignature else { throw .key(.kind(key.verifier.kind.rawValue)) }
            return key
        } catch {
            throw StorageError(
                .damaged,
                "\(keyFile) is not the key of a witness: \(error) Restore it from a backup, or begin a new witness with "
                    + "another --state.")
        }
    }

    /// A name that no other witness has: the host's, and eight hexadecimal digits by chance.
    private static func newName() throws(NoteError) -> KeyName {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        let host = ProcessInfo.processInfo.hostName
        guard let name = KeyName("\(host)/witness-\(padded)") ?? KeyName("witness-\(padded)") else {
            throw .key(.name)
        }
        return name
    }
}
