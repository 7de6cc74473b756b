import CLMDB

/// A consistent state of the environment, as it was when the transaction began, while others write.
///
/// It pins the pages it sees, so read a bounded batch, copy out and let it go. It ends with its scope.
package struct ReadTransaction: ~Copyable, Transaction {
    package let handle: OpaquePointer
    package let path: String

    init(handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    deinit { mdb_txn_abort(handle) }
}
