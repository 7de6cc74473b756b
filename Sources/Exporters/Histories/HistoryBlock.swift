import API
import Application
import JSON
import Tracking

/// What is written of one series or of one band: its labels, its columns, and its points piece by piece.
struct HistoryBlock: Sendable {
    enum Subject: Sendable {
        case series(SelectedSeries)
        case band(SeriesBand, [SeriesStatistic])
    }

    let subject: Subject
    let axis: SeriesQuestion.Axis
    /// The columns in their order; the first one is the place on the axis.
    let columns: [HistoryColumn]

    init(_ series: SelectedSeries, of selection: Selection) {
        subject = .series(series)
        axis = selection.axis ?? (series.axis == .epoch ? .epoch : .step)
        var columns: [HistoryColumn] = series.axis == .epoch ? [.epochs, .steps] : [.steps]
        columns.append(.values)
        if selection.smoothing != nil { columns.append(.smoothedValues) }
        columns.append(.times)
        if axis == .relativeTime { columns.append(.relativeTimes) }
        if series.query.allAttempts { columns.append(.attempts) }
        self.columns = columns
    }

    init(_ band: SeriesBand, _ statistics: [SeriesStatistic]) {
        subject = .band(band, statistics)
        axis = band.axis
        columns = [.places] + statistics.enumerated().map { .statistic($0, $1) }
    }

    /// Some of the points.
    struct Piece: Sendable {
        fileprivate enum Content: Sendable {
            case series(SeriesCursor.Piece, origin: Int64)
            case band(BandCursor.Piece, SeriesQuestion.Axis)
        }

        fileprivate let content: Content

        /// The values of a column that the block has.
        func values(of column: HistoryColumn) -> ColumnValues {
            switch content {
            case .series(let piece, let origin):
                let points = piece.points
                switch column {
                case .epochs: return .integers(points.epochs)
                case .steps: return .integers(points.steps)
                case .values: return .numbers(points.values)
                case .smoothedValues: return .numbers(piece.smoothed ?? [])
                case .times: return .microseconds(points.times)
                case .relativeTimes: return .microseconds(points.times.map { $0 - origin })
                case .attempts: return .integers(points.attempts.map { Int64($0) })
                case .places, .statistic: return .numbers([])
                }
            case .band(let piece, let axis):
                switch column {
                case .places:
                    let isTime = axis == .time || axis == .relativeTime
                    return isTime ? .microseconds(piece.places) : .integers(piece.places)
                case .statistic(let index, .count): return .integers(piece.statistics[index].map { Int64($0) })
                case .statistic(let index, _): return .numbers(piece.statistics[index])
                default: return .numbers([])
                }
            }
        }

        /// The points that are not finite, those that were left out included.
        var nonfiniteCounts: (nan: Int, infinity: Int) {
            guard case .series(let piece, _) = content else { return (0, 0) }
            let points = piece.points
            return (points.nanCount, points.positiveInfinityCount + points.negativeInfinityCount)
        }
    }

    /// The points from the first one on.
    struct Cursor: Sendable {
        fileprivate enum Source: Sendable {
            case series(SeriesCursor, origin: Int64)
            case band(BandCursor, SeriesQuestion.Axis)
        }

        fileprivate var source: Source

        /// The number of points in the range, and whether some of them are left out; of a band nil.
        var extent: (pointCount: Int, isSampled: Bool)? {
            guard case .series(let cursor, _) = source else { return nil }
            return (cursor.pointCount, cursor.isSampled)
        }

        /// The same cursor, of which only one column is wanted.
        func reading(_ column: HistoryColumn) -> Cursor {
            guard case .series(let cursor, let origin) = source else { return self }
            return Cursor(source: .series(cursor.reading(column.points), origin: origin))
        }

        /// The next points; nil at the end. A piece may be empty.
        mutating func next() async throws -> Piece? {
            switch source {
            case .series(var cursor, let origin):
                let piece = try await cursor.next()
                source = .series(cursor, origin: origin)
                return piece.map { Piece(content: .series($0, origin: origin)) }
            case .band(var cursor, let axis):
                let piece = try await cursor.next()
                source = .band(cursor, axis)
                return piece.map { Piece(content: .band($0, axis)) }
            }
        }
    }

    /// A cursor over its points.
    ///
    /// - Parameter pieceCount: The most points of a piece, about; nil for a usual one.
    func cursor(_ queries: Queries, _ selection: Selection, pieceCount: Int? = nil) async throws -> Cursor {
        switch subject {
        case .series(let series):
            let cursor = try await queries.cursor(over: series, of: selection)
            return Cursor(
                source: .series(pieceCount.map { cursor.inPieces(of: $0) } ?? cursor, origin: series.origin))
        case .band(let band, let statistics):
            return Cursor(source: .band(queries.cursor(over: band, statistics, of: selection), band.axis))
        }
    }

    /// What is the same for all of its points.
    var labels: [(name: String, value: JSONValue)] {
        switch subject {
        case .series(let series):
            [
                ("session_id", .string(series.session.text)), ("session_name", .string(series.sessionName)),
                ("metric", .string(series.metric)), ("axis", .string(axis.rawValue)),
            ]
        case .band(let band, _):
            [("group", band.group), ("metric", .string(band.metric)), ("axis", .string(axis.rawValue))]
        }
    }
}
