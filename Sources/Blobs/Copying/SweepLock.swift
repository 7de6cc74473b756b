import Glibc

/// Keeps sweeps and copies of a store apart, in all processes: a copy shares the lock, and a sweep has it alone.
///
/// The system gives the lock back when its holder's process ends, however it ends. It goes with the last reference.
package final class SweepLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Waits until no sweep goes on in the store at `layout`; none begins as long as the lock is held.
    static func sharing(_ layout: BlobLayout) throws(BlobError) -> SweepLock {
        let descriptor = try open(layout)
        while flock(descriptor, LOCK_SH) != 0 {
            guard errno == EINTR else {
                defer { close(descriptor) }
                throw BlobError(.current(.lock, layout.sweepLock))
            }
        }
        return SweepLock(descriptor: descriptor)
    }

    /// The lock for a sweep; nil while copies go on.
    static func alone(_ layout: BlobLayout) throws(BlobError) -> SweepLock? {
        let descriptor = try open(layout)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw BlobError(.current(.lock, layout.sweepLock)) }
            return nil
        }
        return SweepLock(descriptor: descriptor)
    }

    private static func open(_ layout: BlobLayout) throws(BlobError) -> Int32 {
        let descriptor = Glibc.open(layout.sweepLock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BlobError(.current(.open, layout.sweepLock)) }
        return descriptor
    }
}
