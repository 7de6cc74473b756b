import LMDB
package import Tracking

extension LMDBEventStore {
    /// Reads the whole log and checks it: every record's checks and digest, that positions and versions are dense and
    /// times never decrease, that the appends, the index, the commands and the tree say the same as the records, and that
    /// records were redacted by the events that name them and by nothing else.
    ///
    /// It holds one read transaction, and the calling thread, for as long as it takes.
    ///
    /// - Parameter progress: Called now and then with the position reached.
    /// - Throws: `damaged`, naming the first position where something is wrong.
    package func verify(
        progress: @escaping (LogPosition) -> Void = { _ in }
    ) throws(StorageError) -> LogVerification {
        try reader().verify(progress: progress)
    }
}
