import LMDB
import Tracking

/// Folds events into rows: one read model.
///
/// What it writes depends on the events alone, never on how they were cut into batches, on the clock or on chance, so that
/// building from zero gives the same bytes.
protocol Projection: Sendable {
    /// Raised whenever the same events give other rows: the read models are then built anew.
    static var version: Int { get }
    /// Writes what `event` changes.
    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError)
}
