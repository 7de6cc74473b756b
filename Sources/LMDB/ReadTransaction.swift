import CLMDB

/// A consistent state of the environment, as it was when the transaction began, while others write.
///
/// It pins the pages it sees, so read a bounded batch, copy out and let it go. It ends with its scope.
package struct ReadTransaction: ~Copyable, Transaction {
    package let handle: OpaquePointer
    /// Keeps the environment open as long as the transaction.
    private let environment: Environment

    package var path: String { environment.path }
    /// The number of the commit that it sees.
    var number: UInt64 { UInt64(mdb_txn_id(handle)) }
    package var isMapped: Bool { true }

    init(handle: OpaquePointer, environment: Environment) {
        self.handle = handle
        self.environment = environment
    }

    deinit { mdb_txn_abort(handle) }
}
