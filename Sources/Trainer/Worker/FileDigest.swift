import Foundation
import Text
import Tracking

/// The digest of a file's bytes.
enum FileDigest {
    /// Nil when the file cannot be read.
    static func digest(of path: String) -> Digest? {
        var hasher = Digest.Hasher()
        do {
            let file = try RegularFile.open(path)
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
                piece.withUnsafeBytes { hasher.update($0) }
            }
        } catch {
            return nil
        }
        return hasher.finalize()
    }
}
