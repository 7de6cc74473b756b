import Hummingbird
import JSON
import Projections
import Tracking

/// Epoch records, metric history and graphs.
struct MetricRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.get("training/sessions/:session_id/metrics") { try await records($0, try RequestReading.sessionID($1)) }
        api.get("metrics") { request, _ in try await records(request, nil) }
        api.get("metrics/latest") { request, _ in try await latest(request, nil) }
        api.get("metrics/:session_id") { try await records($0, try RequestReading.sessionID($1)) }
        api.get("metrics/:session_id/latest") { try await latest($0, try RequestReading.sessionID($1)) }
        api.get("metrics/:session_id/history", use: history)
        api.get("epochs") { request, _ in try await epochs(request, nil) }
        api.get("epochs/:session_id") { try await epochs($0, try RequestReading.sessionID($1)) }
        let graphs = api.group("graphs")
        graphs.get("loss") { request, _ in try await graph(request, nil, .loss) }
        graphs.get("loss/:session_id") { try await graph($0, try RequestReading.sessionID($1), .loss) }
        graphs.get("learning-rate") { request, _ in try await graph(request, nil, .learningRate) }
        graphs.get("learning-rate/:session_id") { try await graph($0, try RequestReading.sessionID($1), .learningRate) }
        graphs.get("gpu-usage") { request, _ in try await graph(request, nil, .gpuUsage) }
        graphs.get("gpu-usage/:session_id") { try await graph($0, try RequestReading.sessionID($1), .gpuUsage) }
        graphs.get("metrics/:metric_name") { try await graph($0, nil, .metric(try metricName($1))) }
        graphs.get("metrics/:metric_name/:session_id") {
            try await graph($0, try RequestReading.sessionID($1), .metric(try metricName($1)))
        }
    }

    /// The session that is asked for, or the one that was started last.
    private func session(
        _ id: Session.ID?, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> (Session.ID, SessionDocument) {
        if let id { return (id, try snapshot.document(of: id)) }
        let latest = try snapshot.latestSession()
        return (latest.id, latest.document)
    }

    private func metricFilter(_ query: QueryReader) throws -> String? {
        guard let name = query.text("metric_name") else { return nil }
        try MetricNames.check(name, field: "metric_name")
        return name
    }

    private func records(_ request: Request, _ id: Session.ID?) async throws -> Response {
        let query = try QueryReader(request)
        let limit = try query.limit()
        let name = try metricFilter(query)
        let all = try RequestReading.wantsAllAttempts(query)
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            let (id, _) = try session(id, snapshot)
            var records = try snapshot.epochRecords(of: id, latest: name == nil ? limit : nil, allAttempts: all)
            var total = records.count
            if let name {
                records.removeAll { record in !record.metrics.contains { $0.name == name } }
                total = records.count
                if let limit { records = Array(records.suffix(limit)) }
            } else if limit != nil {
                total = try snapshot.epochRecords(of: id, allAttempts: all).count
            }
            var writer = JSONWriter(nonfinite: nonfinite)
            writer.beginObject()
            writer.key("session_id")
            writer.string(id.text)
            writer.key("metrics")
            writer.beginArray()
            for record in records {
                writer.beginObject()
                writer.key("epoch")
                writer.integer(record.epoch)
                writer.key("timestamp")
                writer.string(Timestamp(rawValue: record.time).description)
                for metric in record.metrics where name == nil || metric.name == name {
                    writer.key(metric.name)
                    writer.number(metric.value)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.key("total")
            writer.integer(total)
            writer.endObject()
            return writer.bytes
        }
    }

    private func latest(_ request: Request, _ id: Session.ID?) async throws -> Response {
        let query = try QueryReader(request)
        return try await service.answer(request, query: query) { snapshot in
            let (id, document) = try session(id, snapshot)
            let record = try snapshot.epochRecords(of: id, latest: 1).last
            var object: JSONObject = ["session_id": .string(id.text), "epoch": .count(document.currentEpoch)]
            object.add(time: record?.time, "timestamp")
            object.add("metrics", .object(document.latestMetrics.finiteObject))
            let names = document.latestMetrics.nonfiniteNames
            if !names.isEmpty { object.add("nonfinite_metrics", .strings(names)) }
            return JSONValue.object(object).encoded()
        }
    }

    private func epochs(_ request: Request, _ id: Session.ID?) async throws -> Response {
        let query = try QueryReader(request)
        let limit = try query.limit()
        let all = try RequestReading.wantsAllAttempts(query)
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            let (id, document) = try session(id, snapshot)
            let records = try snapshot.epochRecords(of: id, latest: limit, allAttempts: all)
            let epochs: [JSONValue] = records.map { record in
                var object: JSONObject = ["epoch": .count(record.epoch), "timestamp": .time(record.time)]
                object["step"] = .count(record.step)
                object["attempt"] = .count(record.attempt)
                let isSuperseded = document.attempts.contains {
                    $0.number > record.attempt && $0.firstEpoch > 0 && $0.firstEpoch <= record.epoch
                }
                if isSuperseded { object["superseded"] = true }
                object["metrics"] = .object(record.metrics.object)
                return .object(object)
            }
            let answer: JSONValue = [
                "session_id": .string(id.text), "current_epoch": .count(document.currentEpoch),
                "total_epochs": .count(document.totalEpochs), "epochs": .array(epochs),
            ]
            return answer.encoded(nonfinite: nonfinite)
        }
    }

    @Sendable private func history(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        guard let name = try metricFilter(query) else { throw FieldError("metric_name", "is required") }
        let axis: MetricHistoryQuery.Axis = try query.choice("axis") ?? .epoch
        let bounds = try historyBounds(query, axis)
        let question = MetricHistoryQuery(
            session: session, metric: name, axis: axis, start: bounds.start, end: bounds.end,
            maximumPoints: try query.integer("max_points", in: 4...100_000),
            allAttempts: try RequestReading.wantsAllAttempts(query))
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            _ = try snapshot.document(of: session)
            let history = try snapshot.history(question)
            var writer = JSONWriter(nonfinite: nonfinite, reservingCapacity: 256 + 64 * history.values.count)
            writer.beginObject()
            writer.key("session_id")
            writer.string(session.text)
            writer.key("metric_name")
            writer.string(name)
            writer.key("axis")
            writer.string(axis.rawValue)
            writer.key(axis == .epoch ? "epochs" : "steps")
            writer.beginArray()
            for place in axis == .epoch ? history.epochs : history.steps { writer.integer(place) }
            writer.endArray()
            writer.key("values")
            writer.beginArray()
            for value in history.values { writer.number(value) }
            writer.endArray()
            writer.key("timestamps")
            writer.beginArray()
            for time in history.times { writer.string(Timestamp(rawValue: time).description) }
            writer.endArray()
            writer.key("total_points")
            writer.integer(history.pointCount)
            writer.key("sampled")
            writer.bool(history.pointCount > history.values.count)
            writer.key("nan_count")
            writer.integer(history.nanCount)
            writer.key("infinity_count")
            writer.integer(history.positiveInfinityCount + history.negativeInfinityCount)
            if history.pointCount == 0 {
                let names = try snapshot.metricNames(of: session).filter {
                    axis == .epoch ? $0.isInEpochs : $0.isInSteps
                }
                if !names.contains(where: { $0.name == name }) {
                    writer.key("available_metrics")
                    writer.value(.strings(names.map(\.name)))
                }
            }
            writer.endObject()
            return writer.bytes
        }
    }

    /// The bounds on the axis: `start_epoch` and `end_epoch`, `start_step` and `end_step`, or `start_time` and `end_time`.
    private func historyBounds(
        _ query: QueryReader, _ axis: MetricHistoryQuery.Axis
    ) throws -> (start: Int64?, end: Int64?) {
        func bound(_ name: String) throws -> Int64? {
            guard axis == .time else { return try query.integer(name, in: 0...Int.max).map { Int64($0) } }
            guard let text = query.text(name) else { return nil }
            guard let time = Timestamp(text) else {
                throw FieldError(name, "must be a time such as 2026-01-31T12:00:00Z, not '\(text)'")
            }
            return time.rawValue
        }
        let start = try bound("start_\(axis.rawValue)")
        let end = try bound("end_\(axis.rawValue)")
        if let start, let end, start > end {
            throw FieldError("start_\(axis.rawValue)", "lies after end_\(axis.rawValue)")
        }
        return (start, end)
    }

    // MARK: Graphs

    private enum GraphKind {
        case loss, learningRate, gpuUsage
        case metric(String)
    }

    private func metricName(_ context: APIRequestContext) throws -> String {
        let name = context.parameters.get("metric_name") ?? ""
        try MetricNames.check(name, field: "metric_name")
        return name
    }

    private func graph(_ request: Request, _ id: Session.ID?, _ kind: GraphKind) async throws -> Response {
        let query = try QueryReader(request)
        let maximumPoints = try query.integer("max_points", in: 4...100_000)
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            let (id, document) = try session(id, snapshot)
            let answer: JSONValue
            switch kind {
            case .loss:
                answer = [
                    "title": .string("Loss of \(document.name)"), "x_label": "Epoch", "y_label": "Loss",
                    "series": .array([
                        try curve("train_loss", of: id, maximumPoints, snapshot),
                        try curve("val_loss", of: id, maximumPoints, snapshot),
                    ]),
                ]
            case .learningRate:
                answer = [
                    "title": .string("Learning rate of \(document.name)"), "x_label": "Epoch",
                    "y_label": "Learning rate",
                    "series": .array([try curve("learning_rate", of: id, maximumPoints, snapshot)]),
                ]
            case .metric(let name):
                answer = [
                    "title": .string("\(name) of \(document.name)"), "x_label": "Epoch", "y_label": .string(name),
                    "series": .array([try curve(name, of: id, maximumPoints, snapshot)]),
                ]
            case .gpuUsage:
                let start = document.hasStartedAt ? document.startedAt : document.createdAt
                let readings = try snapshot.hostReadings(of: id, maximumPoints: maximumPoints)
                    .filter { $0.name.hasPrefix("gpu.") && $0.name.hasSuffix(".utilization") }
                answer = [
                    "title": .string("GPU usage of \(document.name)"), "x_label": "Seconds since the start",
                    "y_label": "Utilization in percent",
                    "series": .array(
                        readings.map { series in
                            [
                                "name": .string(series.name),
                                "x": .array(series.times.map { .number(Double($0 - start) / 1e6) }),
                                "y": .array(series.values.map { .number($0) }),
                            ]
                        }),
                ]
            }
            return answer.encoded(nonfinite: nonfinite)
        }
    }

    /// One metric by epoch, as a line of a graph.
    private func curve(
        _ name: String, of session: Session.ID, _ maximumPoints: Int?, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> JSONValue {
        let history = try snapshot.history(
            MetricHistoryQuery(session: session, metric: name, axis: .epoch, maximumPoints: maximumPoints))
        return [
            "name": .string(name), "x": .array(history.epochs.map { .integer($0) }),
            "y": .array(history.values.map { .number($0) }),
        ]
    }
}
