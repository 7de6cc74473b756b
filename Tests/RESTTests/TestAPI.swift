import API
import Application
import EventLog
import Exporters
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import LiveFeeds
import Logging
import Machine
import NIOCore
import REST
import Synchronization
import Testing
import TrackerTesting
import Tracking
import WebServer
import WebUI

/// The whole API of a tracker in memory, asked at its router, without a socket.
///
/// Every answer that a test gets was compared with its operation: the statuses, and the fields of the documents.
struct TestAPI: Sendable {
    let tracker: TestTracker
    private let client: any TestClientProtocol
    private let calls = Calls()

    /// The operations that were called.
    private final class Calls: Sendable {
        let names = Mutex<Set<String>>([])
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        /// The body as JSON; null when it is none.
        var json: JSONValue { (try? JSONValue.parse(bytes)) ?? .null }
        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The code of an error.
        var code: String? { json["error"]?["code"]?.stringValue }
        /// The field that an error names.
        var field: String? { json["error"]?["details"]?["field"]?.stringValue }

        subscript(name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
    }

    /// A request beside its operation.
    struct Parts: Sendable {
        var query = ""
        var body: [UInt8]?
        var type: String?
        var token: String?
        var headers: [String: String] = [:]
    }

    /// The position of the last event in the log.
    var head: UInt64 { tracker.store.head.rawValue }

    /// The operations that were called so far.
    var called: Set<String> { calls.names.withLock { $0 } }

    /// Calls `body` with the API of a new tracker.
    static func run(
        settings: HTTPSettings = HTTPSettings(), gpus: GPUMonitor? = nil,
        _ body: @escaping @Sendable (TestAPI) async throws -> Void
    ) async throws {
        try await TestTracker.run { tracker in
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let core = tracker.core
            let monitor = ResourceMonitor(folder: "/tmp", gpus: gpus, now: core.now)
            let feeds = FeedSlots(maximumCount: 4)
            let hub = FeedHub(
                store: core.store, sessions: core.sessions, progressBoard: core.leases.progressBoard)
            let endpoints =
                Endpoints.all(
                    of: tracker.tracker, health: Health(core, monitor: monitor, launches: false), feeds: feeds)
                + ExportEndpoints(tracker: tracker.tracker).all + HistoryEndpoints(tracker: tracker.tracker).all
                + LiveFeedEndpoints(hub, slots: feeds, logger: logger).all
                + PageEndpoints(files: ProjectFiles(environment: ["PIVOT_HOME": projectFolder], executable: "")).all
            let application = WebApplication.make(
                routes: endpoints.map(\.route), settings: settings, logger: logger)
            try await application.test(.router) { client in
                try await body(TestAPI(tracker: tracker, client: client))
            }
        }
    }

    private static let projectFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    // MARK: - Calls

    /// Calls the operation, which must succeed, with `status` when one is given; its answer must be as declared.
    @discardableResult
    func call(
        _ operation: API.Operation, _ values: String..., query: String = "", body: JSONValue? = nil, status: Int? = nil,
        token: String? = nil, headers: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let parts = Parts(
            query: query, body: body?.encoded(), type: body.map { _ in "application/json" }, token: token,
            headers: headers)
        return try await call(operation, values, parts, status: status, sourceLocation: sourceLocation)
    }

    /// Uploads `text` as a file.
    @discardableResult
    func upload(
        _ operation: API.Operation, _ values: String..., query: String = "", text: String,
        type: String = "application/octet-stream", status: Int? = nil, token: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let parts = Parts(query: query, body: Array(text.utf8), type: type, token: token)
        return try await call(operation, values, parts, status: status, sourceLocation: sourceLocation)
    }

    private func call(
        _ operation: API.Operation, _ values: [String], _ parts: Parts, status: Int?, sourceLocation: SourceLocation
    ) async throws -> Answer {
        let answer = try await ask(operation.method.rawValue, operation.target(values), parts)
        calls.names.withLock { _ = $0.insert(operation.id) }
        let wanted = status.map { [$0] } ?? operation.statuses
        #expect(
            wanted.contains(answer.status), "\(operation.id): \(answer.status) \(answer.text.prefix(400))",
            sourceLocation: sourceLocation)
        #expect(operation.statuses.contains(answer.status), sourceLocation: sourceLocation)
        switch operation.answer {
        case .document(let type) where answer.status < 300, .histories(let type) where answer.status < 300:
            let faults = answer.json.faults(as: .document(type.name, type))
            #expect(faults.isEmpty, "\(operation.id): \(faults)", sourceLocation: sourceLocation)
        default: break
        }
        return answer
    }

    /// Expects that the request is refused with `status`, `code` and, when one is given, the name of a field.
    @discardableResult
    func refused(
        _ operation: API.Operation, _ values: [String] = [], _ parts: Parts = Parts(), _ status: Int, _ code: String,
        field: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let answer = try await ask(operation.method.rawValue, operation.target(values), parts)
        let told: Comment = "\(operation.id) \(values) \(parts.query): \(answer.text.prefix(400))"
        #expect(answer.status == status, told, sourceLocation: sourceLocation)
        #expect(answer.code == code, told, sourceLocation: sourceLocation)
        if let field { #expect(answer.field == field, told, sourceLocation: sourceLocation) }
        #expect(answer.json.faults(as: ErrorInfo.shape).isEmpty, told, sourceLocation: sourceLocation)
        return answer
    }

    /// Sends a request as it is.
    func ask(_ method: String, _ target: String, _ parts: Parts = Parts()) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in parts.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        fields[.contentType] = parts.type
        fields[.authorization] = parts.token.map { "Lease \($0)" }
        let response = try await client.executeRequest(
            uri: parts.query.isEmpty ? target : "\(target)?\(parts.query)",
            method: try #require(HTTPRequest.Method(method)), headers: fields,
            body: parts.body.map { ByteBuffer(bytes: $0) })
        return Answer(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
    }

    // MARK: - Sessions

    /// A session whose first attempt trains: its id and the attempt's token.
    func running(
        _ name: String = "first", epochs: Int64 = 3, by trainer: String = "external"
    ) async throws -> (session: String, token: String) {
        let session = try await create(name, epochs: epochs, by: trainer)
        let claim = try await call(.claimAttempt, session, body: ["lease_seconds": 600, "host": "node"])
        let token = try #require(claim.json["token"]?.stringValue)
        try await call(
            .reportAttemptStarted, session, "1", body: ["first_epoch": 1, "first_step": 1], token: token)
        return (session, token)
    }

    /// A session that no server trains.
    func create(_ name: String = "first", epochs: Int64 = 3, by trainer: String = "external") async throws -> String {
        let answer = try await call(
            .createSession,
            body: [
                "config": ["trainer": ["kind": .string(trainer)], "train": ["epochs": .integer(epochs)]],
                "session_name": .string(name),
            ])
        return try #require(answer.json["session_id"]?.stringValue)
    }

    /// Completes an epoch of ten steps of the first attempt.
    func complete(
        _ epoch: Int64, of session: String, _ token: String, attempt: Int64 = 1, loss: JSONValue = 0.5
    ) async throws {
        try await call(
            .reportEpoch, session,
            body: [
                "attempt": .integer(attempt), "epoch": .integer(epoch), "step": .integer(10 * epoch),
                "metrics": ["val_loss": loss, "train_loss": 0.25, "learning_rate": 0.001],
            ], token: token)
    }
}

extension JSONValue {
    /// What of the value is not as `shape` says: fields that are missing or that nobody declared, and other kinds.
    func faults(as shape: Shape, at place: String = "") -> [String] {
        switch (shape, self) {
        case (.document(let name, let type), .object(let object)):
            // An epoch's record has the names of its metrics, and no table.
            guard let type else {
                return name == "MetricRecord" ? [] : ["\(place) is a \(name), which nobody declares"]
            }
            var faults: [String] = []
            for field in type.fields {
                if let value = object[field.name] {
                    faults += value.faults(as: field.shape, at: "\(place).\(field.name)")
                } else if field.isRequired {
                    faults.append("\(place).\(field.name) is missing")
                }
            }
            for key in object.keys where !type.fields.contains(where: { $0.name == key }) {
                faults.append("\(place).\(key) is not declared")
            }
            return faults
        case (.list(let element), .array(let values)):
            return values.enumerated().flatMap { $1.faults(as: element, at: "\(place)[\($0)]") }
        case (.map(let element), .object(let object)):
            return object.flatMap { $0.value.faults(as: element, at: "\(place).\($0.key)") }
        case (.words(let words), .string(let text)):
            return words.contains(text) ? [] : ["\(place) is \(text), none of \(words)"]
        case (.text, .string), (.time, .string), (.metric, .string), (.flag, .bool), (.object, .object), (.anything, _):
            return []
        case (.integer, _) where integerValue != nil: return []
        case (.number, _) where doubleValue != nil: return []
        case (.metric, _) where doubleValue != nil || isNull: return []
        default: return ["\(place) is \(kindName), not \(shape)"]
        }
    }
}
