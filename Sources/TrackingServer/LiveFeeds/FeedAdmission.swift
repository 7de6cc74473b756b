import Synchronization

/// Counts the open feeds.
final class FeedAdmission: Sendable {
    private let maximum: Int
    private let count = Mutex(0)

    init(maximum: Int) { self.maximum = maximum }

    /// Whether one more may be opened.
    var hasRoom: Bool { count.withLock { $0 < maximum } }

    /// Runs a feed while it is counted.
    func count(_ feed: () async throws -> Void) async rethrows {
        count.withLock { $0 += 1 }
        defer { count.withLock { $0 -= 1 } }
        try await feed()
    }
}
