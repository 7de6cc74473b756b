package import Tracking

/// The activity of the read models.
package enum ReadModelState: Sendable, Equatable {
    /// Nothing follows the log yet.
    case idle
    /// They are built from the log's beginning and answer nothing until `position` reaches `head`.
    case building(position: LogPosition, head: LogPosition)
    /// They follow the log.
    case following
    /// They are built anew beside the ones that answer, which stay as they are until then.
    case rebuilding(position: LogPosition, head: LogPosition)
    /// They have stopped following; what they hold can be read, but grows old.
    case failed(ProjectionError)
}
