import CLMDB

/// A named database of an environment: an ordered map from byte strings to byte strings.
///
/// Opened once with `Environment.database(_:)` and then good for every transaction of that environment.
package struct Database: Sendable {
    package let name: String
    let handle: MDB_dbi
    /// Nil when its entries have no checksums.
    let check: EntryCheck?
}
