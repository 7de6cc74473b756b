import Tracking

/// The positions of a log's events in order, so that a clause can speak of the third event of a store whose positions have
/// gaps.
struct EventPlaces {
    private let positions: [LogPosition]

    init(_ positions: [LogPosition]) { self.positions = positions }

    /// The position of the event with `number`, from 1. Before the first it is the log's start; after the last one it goes
    /// on from there.
    subscript(number: Int) -> LogPosition {
        if number <= 0 { return .start }
        if number <= positions.count { return positions[number - 1] }
        return LogPosition((positions.last ?? .start).rawValue + UInt64(number - positions.count))
    }

    /// The numbers of `events`.
    func numbers(of events: [RecordedEvent]) -> [Int?] {
        events.map { event in positions.firstIndex(of: event.position).map { $0 + 1 } }
    }
}
