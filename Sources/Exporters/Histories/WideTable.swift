import API
import Application
import ExportFormats
import REST
import Tracking

/// Series side by side as CSV: a row for each place on the axis, a column for each series, an empty field where one has no
/// point. A second point of a series at the same place has a row of its own, so that none is left out.
struct WideTable: Sendable {
    /// The most series that stand side by side: all of them are read at once.
    static let mostSeries = 1000
    /// The most points that are held of all series together, about.
    private static let heldPointCount = 1 << 18

    let answer: HistoryAnswer
    private let axis: SeriesQuestion.Axis

    /// - Throws: 422 for too many series, and for series on different axes.
    init(_ answer: HistoryAnswer) throws {
        self.answer = answer
        guard answer.blocks.count <= Self.mostSeries else {
            throw FieldError(
                "layout",
                "cannot be wide with \(answer.blocks.count) series; at most \(Self.mostSeries) stand side by side")
        }
        axis = answer.blocks.first?.axis ?? answer.selection.axis ?? .step
        guard answer.blocks.allSatisfy({ $0.axis == axis }) else {
            throw FieldError(
                "axis", "is required with layout=wide, since some of these metrics are by epoch and some by step")
        }
    }

    /// The points of one series that were read and not yet written.
    private struct Column {
        var cursor: HistoryBlock.Cursor
        var places: [Int64] = []
        var values: [Double] = []
        var next = 0

        var place: Int64? { next < places.count ? places[next] : nil }

        /// Reads on until there is a point, or the end.
        mutating func fill(_ axis: SeriesQuestion.Axis, isSmoothed: Bool) async throws {
            while next == places.count, let piece = try await cursor.next() {
                next = 0
                switch piece.values(of: axis.column) {
                case .integers(let places), .microseconds(let places): self.places = places
                case .numbers: places = []
                }
                if case .numbers(let numbers) = piece.values(of: isSmoothed ? .smoothedValues : .values) {
                    values = numbers
                }
            }
        }
    }

    func write(to writer: inout AnswerWriter) async throws {
        try await writer.write(heading)
        let isSmoothed = answer.selection.smoothing != nil
        let pieceCount = max(Self.heldPointCount / max(answer.blocks.count, 1), 256)
        var columns: [Column] = []
        for block in answer.blocks {
            columns.append(Column(cursor: try await answer.cursor(over: block, pieceCount: pieceCount)))
        }
        for index in columns.indices { try await columns[index].fill(axis, isSmoothed: isSmoothed) }
        var bytes: [UInt8] = []
        while let place = columns.lazy.compactMap(\.place).min() {
            if axis == .time || axis == .relativeTime {
                ColumnText.append(microseconds: place, to: &bytes)
            } else {
                DecimalText.append(place, to: &bytes)
            }
            for index in columns.indices {
                bytes.append(UInt8(ascii: ","))
                guard columns[index].place == place else { continue }
                DecimalText.append(columns[index].values[columns[index].next], to: &bytes)
                columns[index].next += 1
                if columns[index].place == nil { try await columns[index].fill(axis, isSmoothed: isSmoothed) }
            }
            bytes.append(UInt8(ascii: "\n"))
            if bytes.count >= 32 << 10 {
                try await writer.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try await writer.write(bytes)
    }

    /// The names of the columns: the metrics', behind the sessions' ids when there are several.
    private var heading: [UInt8] {
        var bytes = Array(axis.rawValue.utf8)
        let hasOneSession = Set(answer.selection.series.map(\.session)).count <= 1
        for series in answer.selection.series {
            bytes.append(UInt8(ascii: ","))
            bytes += CSVWriter.field(hasOneSession ? series.metric : series.session.text + "/" + series.metric)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension SeriesQuestion.Axis {
    /// The column that has the places on it.
    fileprivate var column: HistoryColumn {
        switch self {
        case .epoch: .epochs
        case .step: .steps
        case .time: .times
        case .relativeTime: .relativeTimes
        }
    }
}
