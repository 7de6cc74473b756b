package import JSON
import Tracking

/// The series of one metric in the sessions of one group, on a common grid of places.
///
/// The axis is cut into equal buckets: single epochs or steps when the range has no more of them than points are wanted. A
/// series counts in a bucket with the mean of its finite values there, and does not count where it has none: nothing is
/// interpolated, and `count` tells how many are behind a number.
package struct SeriesBand: Sendable {
    /// The most places of a band.
    package static let mostPlaces = 10_000

    /// The group's value; null for sessions that have none.
    package let group: JSONValue
    package let metric: String
    package let axis: SeriesQuestion.Axis
    package let members: [SelectedSeries]
    /// The first place of the first bucket.
    package let start: Int64
    /// The number of places in a bucket.
    package let width: Int64
    package let bucketCount: Int

    fileprivate init(
        _ group: JSONValue, _ metric: String, _ axis: SeriesQuestion.Axis, _ members: [SelectedSeries],
        maximumCount: Int
    ) {
        self.group = group
        self.metric = metric
        self.axis = axis
        self.members = members
        var (first, last) = (Int64.max, Int64.min)
        for member in members {
            guard let range = member.places(on: axis) else { continue }
            first = min(first, range.lowerBound)
            last = max(last, range.upperBound)
        }
        guard first <= last else {
            (start, width, bucketCount) = (0, 1, 0)
            return
        }
        let span = last.subtractingReportingOverflow(first)
        let distance = span.overflow ? UInt64(Int64.max) : UInt64(span.partialValue)
        start = first
        width = Int64(distance / UInt64(maximumCount)) + 1
        bucketCount = Int(distance / UInt64(width)) + 1
    }

    /// The bucket of a place; the first or the last one for places outside.
    func bucket(of place: Int64) -> Int {
        guard place > start else { return 0 }
        return min(Int((place - start) / width), bucketCount - 1)
    }
}

extension SelectedSeries {
    /// The smallest and the greatest place within the query's bounds; nil when there is none.
    fileprivate func places(on axis: SeriesQuestion.Axis) -> ClosedRange<Int64>? {
        guard let first = summary.first, let last = summary.last else { return nil }
        let shift = axis == .relativeTime ? origin : 0
        let isTime = axis == .time || axis == .relativeTime
        let ends = isTime ? [first.time, last.time] : [first.place, last.place]
        let low = max(min(ends[0], ends[1]), query.start ?? .min)
        let high = min(max(ends[0], ends[1]), query.end ?? .max)
        return low <= high ? (low - shift)...(high - shift) : nil
    }
}

extension Selection {
    /// The series of each group and metric, in the order of groups and names.
    package func bands(maximumCount: Int) -> [SeriesBand] {
        struct Key: Hashable {
            var metric: String
            var group: [UInt8]
        }
        var members: [Key: [SelectedSeries]] = [:]
        var groups: [[UInt8]: JSONValue] = [:]
        for series in series {
            for group in series.groups {
                let name = group.encoded()
                groups[name] = group
                members[Key(metric: series.metric, group: name), default: []].append(series)
            }
        }
        let order = groups.sorted { $0.value.precedesAsGroup($1.value) }
        let names = Set(series.map(\.metric)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.flatMap { metric in
            order.compactMap { name, group -> SeriesBand? in
                guard var those = members[Key(metric: metric, group: name)] else { return nil }
                let isByEpoch = axis == nil && those.contains { $0.axis == .epoch }
                if isByEpoch { those.removeAll { $0.axis != .epoch } }
                return SeriesBand(
                    group, metric, axis ?? (isByEpoch ? .epoch : .step), those, maximumCount: maximumCount)
            }
        }
    }
}
