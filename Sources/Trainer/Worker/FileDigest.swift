import Foundation
import Tracking

/// The digest of a file's bytes.
enum FileDigest {
    /// Nil when the file cannot be read.
    static func digest(of path: String) -> Digest? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { file.closeFile() }
        var hasher = Digest.Hasher()
        do {
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
                piece.withUnsafeBytes { hasher.update($0) }
            }
        } catch {
            return nil
        }
        return hasher.finalize()
    }
}
