import LMDB
import Tracking

extension LMDBEventStore {
    /// Reads the whole log and checks it: every record's checks and digest, that positions and versions are dense and
    /// times never decrease, and that the appends, the index and the commands say the same as the records.
    ///
    /// It holds one read transaction for as long as it takes.
    ///
    /// - Throws: `damaged`, naming the first position where something is wrong.
    package func verify() throws(StorageError) -> LogVerification {
        // In this order, so that what is not held is in the transaction, and both reach the head.
        let head = head
        let held = recent.streams
        var pass = VerificationPass(tables: tables, recent: held, head: head)
        try read { (transaction) throws(LMDBError) in try pass.run(in: transaction) }
        return try pass.finish()
    }
}
