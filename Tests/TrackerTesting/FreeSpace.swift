package import EventLog
import Synchronization

/// The room on the disk as a test wants it.
package final class FreeSpace: FileSystemProbe {
    private let count = Mutex(1 << 40)

    package init() {}

    package var byteCount: Int {
        get { count.withLock { $0 } }
        set { count.withLock { $0 = newValue } }
    }

    package func freeByteCount(at path: String) throws(StorageError) -> Int { byteCount }
}
