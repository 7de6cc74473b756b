import Foundation
import Tracking

/// A download under way: a file beside its target, named after the digest it shall have, so that only bytes of the same
/// content are ever continued.
struct PartialFile: Sendable {
    let target: String
    let path: String
    /// The number of bytes that are there, all of them hashed.
    private(set) var byteCount: Int64 = 0
    private var hasher = Digest.Hasher()
    private let file: LocalFile

    /// Opens what an earlier download of the same content to `target` left, or begins anew. Throws `file`, also while
    /// another process downloads to the same place.
    static func open(for target: String, digest: Digest) async throws(ClientError) -> PartialFile {
        try await LocalFile.run { try PartialFile(target: target, digest: digest) }
    }

    private init(target: String, digest: Digest) throws(ClientError) {
        self.target = target
        path = target + "." + digest.hex.prefix(12) + ".part"
        file = try LocalFile(path, flags: O_RDWR | O_CREAT)
        try file.lock()
        while true {
            let bytes = try file.read(upTo: 1 << 20)
            guard !bytes.isEmpty else { break }
            hasher.update(bytes)
            byteCount += Int64(bytes.count)
        }
    }

    /// The digest of what is there.
    var digest: Digest { hasher.finalize() }

    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {
        let file = file
        try await LocalFile.run { try file.write(bytes) }
        hasher.update(bytes)
        byteCount += Int64(bytes.count)
    }

    /// Forgets what is there.
    mutating func restart() async throws(ClientError) {
        let file = file
        try await LocalFile.run { try file.truncate() }
        hasher = Digest.Hasher()
        byteCount = 0
    }

    /// Returns when the target has the content on disk and the partial file is gone.
    func commit() async throws(ClientError) {
        let (file, path, target) = (file, path, target)
        try await LocalFile.run {
            try file.synchronize()
            try LocalFile.rename(path, to: target)
            let slash = target.lastIndex(of: "/")
            let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
            try LocalFile(folder, flags: O_DIRECTORY).synchronize()
        }
    }

    /// Removes the partial file.
    func discard() async throws(ClientError) {
        let path = path
        try await LocalFile.run { try LocalFile.remove(path) }
    }
}
