import Synchronization
package import Tracking

/// The blobs that a reader found damaged since the server started; `/health` tells of them.
package final class DamageList: Sendable {
    /// The most blobs that are remembered.
    static let capacity = 100

    private let digests = Mutex<[Digest]>([])

    /// Remembers `digest`; false when it was known already.
    @discardableResult
    package func add(_ digest: Digest) -> Bool {
        digests.withLock { digests in
            guard !digests.contains(digest), digests.count < Self.capacity else { return false }
            digests.append(digest)
            return true
        }
    }

    /// Forgets `digest`: its bytes were uploaded again, which replaces a damaged blob.
    package func remove(_ digest: Digest) {
        digests.withLock { digests in digests.removeAll { $0 == digest } }
    }

    /// The damaged blobs, in the order they were found.
    package var all: [Digest] { digests.withLock { $0 } }
}
