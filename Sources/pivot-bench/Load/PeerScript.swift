import JSON
import Tracking

/// A client of MLflow's REST API that creates runs and reports a batch to each; with a run of its own, one metric after the
/// other.
struct PeerScript: ClientScript {
    /// The contents of each run.
    enum Batch: Sendable {
        /// The contents of a session of `ScaleLog`; the numbers count on from client to client.
        case filled(first: Int, stride: Int)
        /// The first point of one metric.
        case first
        /// No runs: points of one metric, each a request.
        case metrics(run: String)
    }

    static let path = "/api/2.0/mlflow"

    private(set) var bytes: [UInt8] = []
    private(set) var pointCount = 0
    private let batch: Batch
    private var number = 0
    private var isCreated = false
    private var step = 0

    init(_ batch: Batch) {
        self.batch = batch
        if case .filled(let first, _) = batch { number = first }
    }

    mutating func advance(after answer: ArraySlice<UInt8>) throws {
        if case .metrics(let run) = batch {
            step += 1
            pointCount = 1
            bytes = Self.post(
                "runs/log-metric",
                ["run_id": .string(run), "key": "loss", "value": 0.5, "timestamp": 1, "step": .integer(Int64(step))])
            return
        }
        guard isCreated else {
            isCreated = true
            pointCount = 0
            bytes = Self.creation(number)
            return
        }
        isCreated = false
        var body: JSONObject = ["run_id": .string(try Self.run(in: answer))]
        switch batch {
        case .filled(_, let stride):
            body["params"] = .array(
                ScaleLog.params(number).map { ["key": .string($0.name), "value": .string(Self.text($0))] })
            body["metrics"] = .array(ScaleLog.metrics(number).map { Self.metric($0.name, $0.value) })
            number += stride
        case .first, .metrics: body["metrics"] = [Self.metric("loss", 0.5)]
        }
        pointCount = body["metrics"]?.arrayValue?.count ?? 0
        bytes = Self.post("runs/log-batch", .object(body))
    }

    /// The request that creates a run.
    static func creation(_ number: Int) -> [UInt8] {
        post(
            "runs/create",
            [
                "experiment_id": "0", "start_time": 1, "run_name": .string(ScaleLog.name(number)),
                "tags": [["key": "tag", "value": .string(ScaleLog.tag(number))]],
            ])
    }

    /// The id of the run that an answer speaks of.
    static func run(in answer: ArraySlice<UInt8>) throws -> String {
        guard let id = try JSONValue.parse(Array(answer))["run"]?["info"]?["run_id"]?.stringValue else {
            throw BenchmarkError("The answer has no run: \(String(decoding: answer, as: UTF8.self))")
        }
        return id
    }

    static func post(_ call: String, _ body: JSONValue) -> [UInt8] {
        HTTPRequest("POST", "\(path)/\(call)", contentType: "application/json", body: body.encoded()).bytes
    }

    private static func text(_ parameter: Parameter) -> String {
        parameter.text.isEmpty ? String(decoding: parameter.json.encoded(), as: UTF8.self) : parameter.text
    }

    private static func metric(_ name: String, _ value: Double) -> JSONValue {
        ["key": .string(name), "value": .number(value), "timestamp": 1, "step": 1]
    }
}
