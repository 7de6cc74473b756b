import API
import Application
import JSON
import REST
import Tracking
import WebServer

/// A checked request for histories: which series, and what is made of them.
struct HistoryQuestion: Sendable {
    /// Places of a band when the request does not say how many.
    private static let defaultPlaceCount = 1000

    var series: SeriesQuestion
    /// The statistics of each group and how many places they have at most; nil for the series themselves.
    var statistics: [SeriesStatistic]?
    var placeCount = defaultPlaceCount

    /// Checks what one field of a request cannot tell by itself.
    init(_ request: MetricHistoryRequest) throws {
        series = SeriesQuestion(try Self.sessions(request))
        series.names = (request.metricNames ?? []).map { NamePattern($0) }
        let bounds = try Self.bounds(request)
        (series.axis, series.start, series.end) = (bounds.axis, bounds.start, bounds.end)
        series.smoothing = request.smoothing
        series.allAttempts = request.attempts == "all"
        series.asOf = request.asOf.map { LogPosition($0) }
        guard let aggregate = request.aggregate else {
            series.maximumPoints = request.maximumPoints
            return
        }
        guard let column = SessionColumn(aggregate.by) else {
            throw FieldError(
                "aggregate.by",
                "must be a field of the filter language, such as params.lr, tag, group or experiment, not "
                    + "'\(aggregate.by)'")
        }
        guard !series.allAttempts else {
            throw FieldError("attempts", "must be current with aggregate: superseded points are in no statistic")
        }
        series.grouping = column
        // In the order in which documents have them, whatever order they are asked for in.
        let names = aggregate.statistics ?? SeriesStatistic.allCases.map(\.rawValue)
        statistics = SeriesStatistic.allCases.filter { names.contains($0.rawValue) }
        if let count = request.maximumPoints {
            guard count <= SeriesBand.mostPlaces else {
                throw FieldError("max_points", "must be at most \(SeriesBand.mostPlaces) with aggregate, not \(count)")
            }
            placeCount = count
        }
    }

    private static func sessions(_ request: MetricHistoryRequest) throws -> SeriesQuestion.Sessions {
        if let texts = request.sessionIDs {
            for (field, isGiven) in [
                ("filter", request.filter != nil), ("limit", request.limit != nil),
                ("archived", request.includesArchived != nil),
            ] where isGiven {
                throw FieldError(field, "goes with a filter, not with session_ids; send one of both")
            }
            var ids: [Session.ID] = []
            for text in texts {
                guard let id = Session.ID(text) else { throw TrackerError.unknown(.session, text) }
                if !ids.contains(id) { ids.append(id) }
            }
            return .named(ids)
        }
        guard let text = request.filter else {
            throw FieldError("session_ids", "or filter is required: say of which sessions")
        }
        var filter = SessionFilter()
        filter.includesArchived = request.includesArchived ?? false
        if !text.isEmpty {
            do {
                filter.condition = try SessionCondition(text)
            } catch {
                throw FieldError("filter", "cannot be read: \(error)")
            }
        }
        return .filtered(filter, limit: request.limit)
    }

    /// The axis and the bounds on it, of which those that are given decide the axis when nothing else does.
    private static func bounds(
        _ request: MetricHistoryRequest
    ) throws(FieldError) -> (axis: SeriesQuestion.Axis?, start: Int64?, end: Int64?) {
        func microseconds(_ seconds: Double?) -> Int64? {
            seconds.map { Int64(max(min($0 * 1e6, 9e18), -9e18).rounded()) }
        }
        let all: [(axis: SeriesQuestion.Axis, start: Int64?, end: Int64?)] = [
            (.epoch, request.startEpoch, request.endEpoch), (.step, request.startStep, request.endStep),
            (.time, request.startTime?.rawValue, request.endTime?.rawValue),
            (
                .relativeTime, microseconds(request.startRelativeTime), microseconds(request.endRelativeTime)
            ),
        ]
        for (name, number) in [
            ("start_relative_time", request.startRelativeTime), ("end_relative_time", request.endRelativeTime),
        ] where number.map({ !$0.isFinite }) ?? false {
            throw FieldError(name, "must be a finite number of seconds")
        }
        let bounded = all.first { $0.start != nil || $0.end != nil }
        guard let axis = request.axis.flatMap({ SeriesQuestion.Axis(rawValue: $0) }) ?? bounded?.axis else {
            return (nil, nil, nil)
        }
        for other in all where other.axis != axis {
            for (word, bound) in [("start", other.start), ("end", other.end)] where bound != nil {
                throw FieldError(
                    "\(word)_\(other.axis.rawValue)", "needs axis=\(other.axis.rawValue), not \(axis.rawValue)")
            }
        }
        guard let own = all.first(where: { $0.axis == axis }) else { return (axis, nil, nil) }
        if let start = own.start, let end = own.end, start > end {
            throw FieldError("start_\(axis.rawValue)", "must not be after end_\(axis.rawValue)")
        }
        return own
    }
}

extension MetricHistoryRequest {
    /// The request that a query is: the same fields, those of `aggregate` as `aggregate_by` and `statistics`.
    init(_ query: QueryReader) throws {
        self.init()
        var json = JSONObject()
        for field in Self.fields where !["aggregate", "as_of"].contains(field.name) {
            if let value = try query.value(field.name, field.shape) { json.append(value, forKey: field.name) }
        }
        if let by = query.text("aggregate_by") {
            var aggregate: JSONObject = ["by": .string(by)]
            if let names = query.list("statistics") {
                aggregate.append(.array(names.map { .string($0) }), forKey: "statistics")
            }
            json.append(.object(aggregate), forKey: "aggregate")
        } else if query.text("statistics") != nil {
            throw FieldError("statistics", "needs aggregate_by: the field whose values part the sessions")
        }
        self = try MetricHistoryRequest(.object(json), strictly: true)
    }
}

extension QueryReader {
    /// The value of a parameter as a field of the shape has it in JSON; nil when it is absent.
    fileprivate func value(_ name: String, _ shape: Shape) throws -> JSONValue? {
        guard let text = text(name) else { return nil }
        switch shape {
        case .integer: return try integer(name, in: Int.min...Int.max).map { .integer(Int64($0)) }
        case .number, .metric: return try number(name).map { .number($0) }
        case .flag: return .bool(try flag(name))
        case .list: return .array((list(name) ?? []).map { .string($0) })
        default: return .string(text)
        }
    }
}
