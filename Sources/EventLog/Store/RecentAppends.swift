import Tracking

/// The latest positions of the streams and categories that were appended to lately, so that whoever begins to wait late
/// learns of it.
///
/// Of streams only some thousands are remembered, in two generations: what is appended moves to the young one; when that
/// is full it becomes the old one, and the old one is forgotten. Of what was forgotten anything is possible.
struct RecentAppends {
    private var categories: [StreamID.Category: LogPosition] = [:]
    private var young: [StreamID: LogPosition] = [:]
    private var old: [StreamID: LogPosition] = [:]
    /// Nothing is known of streams up to here.
    private var forgotten: LogPosition
    /// The last position in `old`, to which `forgotten` moves next.
    private var oldEnd: LogPosition
    /// Nothing is known of categories up to here.
    private let start: LogPosition

    private static let generationSize = 2048

    /// Nothing is known up to `head`.
    init(after head: LogPosition) {
        start = head
        forgotten = head
        oldEnd = head
    }

    /// Remembers that each of `streams` got events, the last one at a position.
    mutating func add(_ streams: [StreamID: LogPosition]) {
        for (stream, last) in streams {
            categories[stream.category] = max(last, categories[stream.category] ?? last)
            young[stream] = last
        }
        guard young.count >= Self.generationSize else { return }
        forgotten = oldEnd
        oldEnd = young.values.max() ?? oldEnd
        old = young
        young = [:]
    }

    /// Returns whether an event that `filter` wants may stand after `position`, which is before the head.
    func mayHold(_ filter: EventFilter, after position: LogPosition) -> Bool {
        switch filter {
        case .all: true
        case .categories(let wanted): wanted.contains { categories[$0] ?? start > position }
        case .streams(let wanted):
            position < forgotten || wanted.contains { young[$0] ?? old[$0] ?? .start > position }
        }
    }
}
