import API
import Application
import JSON
import REST
import Tracking

/// Histories as a JSON document, each series or band with its columns as lists.
///
/// A list is written while its points are read, and the next one reads them anew, so that no more than a piece is held. A
/// series of one piece is read once.
struct HistoryDocument: Sendable {
    let answer: HistoryAnswer
    let isGrouped: Bool
    let nonfinite: NonfiniteStyle

    func write(to writer: inout AnswerWriter) async throws {
        var document = MetricHistories()
        document.totalSessions = answer.selection.sessionCount
        if isGrouped { document.groups = [] } else { document.series = [] }
        let texts = document.encoded(cutIn: [isGrouped ? "groups" : "series"])
        try await writer.write(texts[0])
        for (index, block) in answer.blocks.enumerated() {
            if index > 0 { try await writer.write([UInt8(ascii: ",")]) }
            try await write(block, to: &writer)
        }
        try await writer.write(texts[1])
    }

    private func write(_ block: HistoryBlock, to writer: inout AnswerWriter) async throws {
        var start = try await answer.cursor(over: block)
        let first = try await start.next()
        let names = block.columns.map(\.plural)
        let texts = block.texts(HistoryCounts(start), cutIn: names)
        var counts = HistoryCounts(start)
        let word = ColumnText.jsonWord(nonfinite)
        for (number, column) in block.columns.enumerated() {
            try await writer.write(texts[number])
            var (rest, piece) = (start.reading(column), first)
            var count = 0
            while let points = piece {
                let values = points.values(of: column)
                var bytes: [UInt8] = []
                bytes.reserveCapacity(values.count * 20)
                for index in 0..<values.count {
                    if count + index > 0 { bytes.append(UInt8(ascii: ",")) }
                    values.append(index, to: &bytes, word)
                }
                count += values.count
                if column == .values { counts.add(points.nonfiniteCounts) }
                try await writer.write(bytes)
                piece = try await rest.next()
            }
        }
        try await writer.write(block.texts(counts, cutIn: names)[names.count])
    }
}

/// What is told of all points of a series behind its columns.
struct HistoryCounts {
    var pointCount = 0
    var isSampled = false
    private(set) var nanCount = 0
    private(set) var infinityCount = 0

    init(_ cursor: HistoryBlock.Cursor) {
        guard let extent = cursor.extent else { return }
        (pointCount, isSampled) = (extent.pointCount, extent.isSampled)
    }

    mutating func add(_ counts: (nan: Int, infinity: Int)) {
        nanCount += counts.nan
        infinityCount += counts.infinity
    }
}

extension HistoryBlock {
    /// The document with empty lists, cut in each of `lists`.
    fileprivate func texts(_ counts: HistoryCounts, cutIn lists: [String]) -> [[UInt8]] {
        switch subject {
        case .series(let series):
            var info = MetricSeriesInfo()
            info.sessionID = series.session.text
            info.sessionName = series.sessionName
            info.metricName = series.metric
            info.axis = axis.rawValue
            info.epochs = columns.contains(.epochs) ? [] : nil
            info.smoothedValues = columns.contains(.smoothedValues) ? [] : nil
            info.relativeTimes = columns.contains(.relativeTimes) ? [] : nil
            info.attempts = columns.contains(.attempts) ? [] : nil
            info.totalPointCount = counts.pointCount
            info.isSampled = counts.isSampled
            info.nanCount = counts.nanCount
            info.infinityCount = counts.infinityCount
            return info.encoded(cutIn: lists)
        case .band(let band, let statistics):
            var info = MetricBand()
            info.metricName = band.metric
            if !band.group.isNull { info.group = band.group }
            info.sessionIDs = band.members.map(\.session.text)
            info.axis = axis.rawValue
            info.bucketWidth = axis == .epoch || axis == .step ? Double(band.width) : Double(band.width) / 1e6
            for statistic in statistics {
                switch statistic {
                case .mean: info.mean = []
                case .std: info.std = []
                case .min: info.min = []
                case .max: info.max = []
                case .median: info.median = []
                case .count: info.count = []
                }
            }
            return info.encoded(cutIn: lists)
        }
    }
}
