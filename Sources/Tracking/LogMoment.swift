/// A moment of the log whose state is asked for: its state right after an event, or as it was at a time.
///
/// Written as a position, an integer from 1, or as a time in RFC 3339.
package enum LogMoment: Hashable, Sendable, CustomStringConvertible {
    /// Right after the event at this position.
    case position(LogPosition)
    /// After the last event that was recorded at this time or before.
    case time(Timestamp)

    /// Reads what `description` writes; nil for anything else.
    package init?(_ text: String) {
        if let first = text.utf8.first, first != UInt8(ascii: "+"), let position = UInt64(text) {
            self = .position(LogPosition(position))
        } else if let time = Timestamp(text) {
            self = .time(time)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .position(let position): position.description
        case .time(let time): time.description
        }
    }
}
