import LMDB
import Tracking

/// A metric's summary as a row; the current state only.
///
/// Two axes, epochs and steps, of three counts (8 bytes each) and four points (place, time, value, 8 bytes each; all ones
/// when there is none), big-endian; then the name.
enum MetricSummaryRow {
    private static let axisByteCount = 3 * 8 + 4 * 24

    static func prefix(_ session: SessionNumber) -> RowKey { RowKey(5).appending(session.rawValue) }

    static func key(_ session: SessionNumber, _ metric: String) -> RowKey { prefix(session).appending(metric) }

    static func bytes(_ summary: MetricSummary) -> [UInt8] {
        var row = RowKey()
        for axis in [summary.epochs, summary.steps] {
            row.append(axis.count)
            row.append(axis.nanCount)
            row.append(axis.infinityCount)
            for point in [axis.first, axis.last, axis.minimum, axis.maximum] {
                row.append(point.map { UInt64(bitPattern: $0.place) } ?? .max)
                row.append(point.map { UInt64(bitPattern: $0.time) } ?? .max)
                row.append(point.map(\.value.bitPattern) ?? .max)
            }
        }
        return row.bytes + Array(summary.name.utf8)
    }

    /// Reads a row; nil when it is none.
    static func summary(_ bytes: UnsafeRawBufferPointer) -> MetricSummary? {
        guard bytes.count >= 2 * axisByteCount else { return nil }
        var summary = MetricSummary(name: String(decoding: bytes[(2 * axisByteCount)...], as: UTF8.self))
        summary.epochs = axis(bytes, at: 0)
        summary.steps = axis(bytes, at: axisByteCount)
        return summary
    }

    /// Adds what a row says last; false when it is none.
    static func add(_ bytes: UnsafeRawBufferPointer, to latest: inout LatestValues) -> Bool {
        guard bytes.count >= 2 * axisByteCount else { return false }
        let isInEpochs = bytes.bigEndian(at: 0, as: UInt64.self) > 0
        let isInSteps = bytes.bigEndian(at: axisByteCount, as: UInt64.self) > 0
        let lastPoint = 3 * 8 + 24
        if isInSteps, let last = point(bytes, at: axisByteCount + lastPoint) {
            latest.step = max(latest.step, last.place)
        }
        if isInEpochs || isInSteps, let last = point(bytes, at: (isInEpochs ? 0 : axisByteCount) + lastPoint) {
            latest.values.append((String(decoding: bytes[(2 * axisByteCount)...], as: UTF8.self), last.value))
        }
        return true
    }

    private static func axis(_ bytes: UnsafeRawBufferPointer, at start: Int) -> MetricSummary.Axis {
        var axis = MetricSummary.Axis()
        axis.count = bytes.bigEndian(at: start, as: UInt64.self)
        axis.nanCount = bytes.bigEndian(at: start + 8, as: UInt64.self)
        axis.infinityCount = bytes.bigEndian(at: start + 16, as: UInt64.self)
        guard axis.count > 0 else { return axis }
        axis.first = point(bytes, at: start + 24)
        axis.last = point(bytes, at: start + 48)
        axis.minimum = point(bytes, at: start + 72)
        axis.maximum = point(bytes, at: start + 96)
        return axis
    }

    @inline(__always)
    private static func point(_ bytes: UnsafeRawBufferPointer, at start: Int) -> MetricSummary.Point? {
        let place = bytes.bigEndian(at: start, as: UInt64.self)
        let time = bytes.bigEndian(at: start + 8, as: UInt64.self)
        let value = bytes.bigEndian(at: start + 16, as: UInt64.self)
        guard place & time & value != .max else { return nil }
        return MetricSummary.Point(
            place: Int64(bitPattern: place), time: Int64(bitPattern: time), value: Double(bitPattern: value))
    }
}

extension Transaction where Self: ~Copyable {
    /// The stored summary of a metric; nil when the session has no such metric.
    func metricSummary(of session: SessionNumber, _ metric: String, in tables: Tables) throws(LMDBError)
        -> MetricSummary?
    {
        let row = try withValue(for: MetricSummaryRow.key(session, metric).bytes, in: tables.indexes) {
            MetricSummaryRow.summary($0)
        }
        guard let row else { return nil }
        guard let row else { throw damagedRow("a metric's summary") }
        return row
    }

    /// The stored summaries of a session, in the order of the names' bytes; only those of some points when they must be filled.
    func metricSummaries(
        of session: SessionNumber, in tables: Tables, isFilled: Bool = false
    ) throws(LMDBError) -> [MetricSummary] {
        var summaries: [MetricSummary] = []
        try forEach(in: tables.indexes, range: .prefix(MetricSummaryRow.prefix(session).bytes)) {
            (entry) throws(LMDBError) in
            guard let summary = MetricSummaryRow.summary(entry.value) else { throw damagedRow("a metric's summary") }
            if !isFilled || summary.axis.count > 0 { summaries.append(summary) }
            return .next
        }
        return summaries
    }

    /// The summary of a metric as the events up to `position` made it, from its points and epoch records.
    func computedSummary(
        of metric: String, in session: SessionDocument, records: [EpochRecordDocument], through position: LogPosition,
        _ tables: Tables
    ) throws(LMDBError) -> MetricSummary {
        var summary = MetricSummary(name: metric)
        for record in records {
            guard let value = record.metrics.first(where: { $0.name == metric })?.value else { continue }
            summary.epochs.add(.init(place: Int64(record.epoch), time: record.time, value: value))
        }
        guard let series = try series(SeriesRow.metricKey(session.sessionID, metric), in: tables) else {
            return summary
        }
        let timeline = session.timeline
        let query = SeriesQuery(
            isTime: false, start: nil, end: nil, maximumPoints: 4, stepCutoff: { timeline.stepEnd(ofAttempt: $0) },
            position: position)
        var steps = StepSummary()
        for part in try query.parts(ofSeries: series.number, in: self, tables) { try steps.add(part, in: self) }
        summary.steps = steps.axis
        return summary
    }
}
