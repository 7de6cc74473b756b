import LMDB
import Tracking
package import Transparency

extension LMDBEventStore {
    /// The tree over the headers of the records that the database has, as they are at one moment.
    ///
    /// What only the journal has is not in it yet; after ``flush()`` it has everything that was acknowledged before. The
    /// call reads, so it belongs on a thread that may wait for the disk.
    package func frontier() throws(StorageError) -> Frontier { try reader().frontier() }
}
