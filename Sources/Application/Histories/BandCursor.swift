import Tracking

/// The statistics of a band, a window of its grid at a time: what it takes is bounded, whatever the number of members.
package struct BandCursor: Sendable {
    /// The most numbers that are held: buckets of a window times members.
    private static let windowSize = 1 << 20

    /// Places that at least one series has a finite value at.
    package struct Piece: Sendable {
        package var places: [Int64] = []
        /// A list for each statistic, as long as the places.
        package var statistics: [[Double]]
    }

    private let queries: Queries
    private let selection: Selection
    private let band: SeriesBand
    private let statistics: [SeriesStatistic]
    private var next = 0

    fileprivate init(_ queries: Queries, _ selection: Selection, _ band: SeriesBand, _ statistics: [SeriesStatistic]) {
        self.queries = queries
        self.selection = selection
        self.band = band
        self.statistics = statistics
    }

    /// The next places; nil at the end. A piece may be empty.
    package mutating func next() async throws -> Piece? {
        guard next < band.bucketCount else { return nil }
        let size = max(Self.windowSize / max(band.members.count, 1), 64)
        let window = next..<min(next + size, band.bucketCount)
        next = window.upperBound
        var values: [[Double]] = Array(repeating: [], count: window.count)
        for member in band.members {
            for (bucket, mean) in try await means(of: member, in: window).enumerated() where mean.isFinite {
                values[bucket].append(mean)
            }
        }
        var piece = Piece(statistics: Array(repeating: [], count: statistics.count))
        for (bucket, values) in values.enumerated() where !values.isEmpty {
            piece.places.append(band.start + Int64(window.lowerBound + bucket) * band.width)
            let sorted = values.sorted()
            for (index, statistic) in statistics.enumerated() { piece.statistics[index].append(statistic.of(sorted)) }
        }
        return piece
    }

    /// The mean of the series' finite values in each bucket of the window; NaN where there are none.
    private func means(of member: SelectedSeries, in window: Range<Int>) async throws -> [Double] {
        let shift = band.axis == .relativeTime ? member.origin : 0
        var bounded = member.query
        bounded.maximumPoints = nil
        if window.lowerBound > 0 {
            let first = band.start + Int64(window.lowerBound) * band.width + shift
            bounded.start = max(bounded.start ?? .min, first)
        }
        if window.upperBound < band.bucketCount {
            let last = band.start + Int64(window.upperBound) * band.width + shift - 1
            bounded.end = min(bounded.end ?? .max, last)
        }
        var sums = Array(repeating: 0.0, count: window.count)
        var counts = Array(repeating: 0.0, count: window.count)
        var cursor = try await queries.cursor(over: member.with(bounded), of: selection)
        while let piece = try await cursor.next() {
            let points = piece.points
            let places =
                switch band.axis {
                case .epoch: points.epochs
                case .step: points.steps
                case .time, .relativeTime: points.times
                }
            let values = piece.smoothed ?? points.values
            for index in values.indices where values[index].isFinite {
                let bucket = band.bucket(of: places[index] - shift) - window.lowerBound
                guard window.indices.contains(bucket + window.lowerBound) else { continue }
                sums[bucket] += values[index]
                counts[bucket] += 1
            }
        }
        return zip(sums, counts).map { $0 / $1 }
    }
}

extension Queries {
    /// A cursor over statistics of a band of the selection, which was selected without a limit of points.
    package func cursor(
        over band: SeriesBand, _ statistics: [SeriesStatistic], of selection: Selection
    ) -> BandCursor {
        BandCursor(self, selection, band, statistics)
    }
}
