package import JSON
import Tracking

/// Sessions in groups, by the values of a field. A session with several values is in several groups, one without a value in that
/// of null.
package struct SessionGrouping: Sendable {
    /// The value of each group, in no order.
    package private(set) var values: [JSONValue] = []
    /// The number of sessions of each group.
    package private(set) var counts: [Int] = []
    /// The number of sessions in all groups together, each counted once.
    package let sessionCount: Int

    /// Sessions of one row of the table that are in one group.
    struct Part: Sendable {
        var chunk: Int
        var group: Int
        var sessions: UInt64
    }

    /// In the order of rows, and each group at most once for a row.
    private(set) var parts: [Part] = []
    /// The groups by their values as JSON.
    private var groups: [[UInt8]: Int] = [:]

    init(sessionCount: Int) { self.sessionCount = sessionCount }

    /// Puts `sessions` of a row into the groups of `values`; without a value into that of null.
    mutating func add(_ sessions: UInt64, of chunk: Int, to values: [JSONValue]) {
        for (index, value) in (values.isEmpty ? [.null] : values).enumerated() where !values[..<index].contains(value) {
            let name = value.encoded()
            let group = groups[name] ?? self.values.count
            if group == self.values.count {
                groups[name] = group
                self.values.append(value)
                counts.append(0)
            }
            counts[group] += sessions.nonzeroBitCount
            parts.append(Part(chunk: chunk, group: group, sessions: sessions))
        }
    }

    /// Orders the parts, once all sessions are in their groups.
    mutating func finish() {
        parts.sort { ($0.chunk, $0.group) < ($1.chunk, $1.group) }
        var merged: [Part] = []
        for part in parts {
            if let last = merged.last, (last.chunk, last.group) == (part.chunk, part.group) {
                merged[merged.count - 1].sessions |= part.sessions
            } else {
                merged.append(part)
            }
        }
        parts = merged
        groups = [:]
    }
}
