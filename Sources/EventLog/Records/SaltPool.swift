import Glibc
import Synchronization

/// Random salts of the system, fetched many at a time, since one question costs as much as hashing a small payload.
/// Each is given out once.
final class SaltPool: Sendable {
    /// The most that the system gives at once, in words of eight bytes.
    private static let wordCount = 32

    private let words = Mutex<[UInt64]>([])

    func next() -> Salt {
        words.withLock { words in
            if words.count < 2 { words = SaltPool.fetch() }
            return Salt(words.removeLast(), words.removeLast())
        }
    }

    private static func fetch() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: wordCount)
        let answer = words.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { getentropy($0, bytes.count) } ?? -1
        }
        guard answer == 0 else {
            // Refused: the generator of the language asks again until it has its word.
            var generator = SystemRandomNumberGenerator()
            return (0..<wordCount).map { _ in generator.next() }
        }
        return words
    }
}
