import API
import Application
import Blobs
import Hummingbird
import JSON
import Tracking
import WebServer

/// Saved model states: in, out, listed and deleted.
struct CheckpointEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.uploadCheckpoint, upload), Endpoint(.listCheckpoints, list), Endpoint(.getCheckpoint, get),
            Endpoint(.deleteCheckpoint, delete), Endpoint(.downloadCheckpoint, download),
        ]
    }

    @Sendable private func upload(_ call: Call) async throws -> Response {
        let checkpoints = tracker.checkpoints
        let token = call.leaseToken
        let (draft, stored) = try await CheckpointReader(call, checkpoints).read()
        let written = try await checkpoints.discardingRefused(stored) {
            try await checkpoints.save(draft, stored, token: token) {
                try call.identity(actor: token == nil ? "api" : "trainer") {
                    try Array("checkpoints".utf8) + draft.canonicalBytes(of: stored, isLeased: token != nil)
                }
            }
        }
        return .written(
            written, status: .created,
            location: API.Operation.getCheckpoint.target([written.value.entry.document.checkpointID])
        ) { saved in
            var info = CheckpointInfo(saved.entry)
            info.stopRequested = saved.stopRequested
            return info
        }
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        var query = CheckpointListQuery()
        query.limit = try call.query.limit()
        query.offset = try call.query.offset()
        query.metric = try call.metricName()
        if let sort = call.query.text("sort") {
            query.isDescending = sort.hasPrefix("-")
            guard let order = CheckpointListQuery.Order(rawValue: query.isDescending ? String(sort.dropFirst()) : sort)
            else {
                throw FieldError(
                    "sort",
                    "must be epoch, created_at or metric_value, with '-' before it for descending, not '\(sort)'")
            }
            query.order = order
        }
        query.includesLineage = try call.query.flag("lineage")
        query.includesSuperseded = try call.wantsAllAttempts()
        query.session = try call.queriedSessionID()
        if query.includesLineage, query.session == nil { throw FieldError("lineage", "needs session_id") }
        let metric = query.metric
        return .read(
            try await tracker.queries.checkpoints(query, try call.freshness()), nonfinite: try call.query.nonfinite()
        ) { checkpoints, total in
            var list = CheckpointList()
            list.checkpoints = checkpoints.map { CheckpointInfo($0, metric: metric) }
            list.total = total
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        .read(
            try await tracker.queries.checkpoint(call.checkpointID, try call.freshness()),
            nonfinite: try call.query.nonfinite()
        ) { CheckpointInfo($0) }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let id = call.checkpointID
        let reason = try call.query.words("reason", bytes: 1...255)
        var fields: JSONObject = ["checkpoint_id": .string(id)]
        if let reason { fields["reason"] = .string(reason) }
        let identity = try call.identity("delete-checkpoint", fields)
        return .written(
            try await tracker.checkpoints.delete(id, reason: reason ?? "deleted through the API", as: identity)
        ) { entry, deletedAt in
            var info = CheckpointInfo(entry)
            info.isResumable = false
            info.deletedAt = deletedAt
            info.message = "Checkpoint \(info.id) was deleted."
            return info
        }
    }

    @Sendable private func download(_ call: Call) async throws -> Response {
        let document = try await tracker.queries.checkpoint(call.checkpointID, try call.freshness()).value.document
        return try await BlobAnswer(checkpoints: tracker.checkpoints, logger: call.logger).respond(
            to: call.request, digest: document.digest, contentType: "application/octet-stream",
            disposition: .attachment(document.fileName))
    }
}

extension Call {
    /// The checkpoint in the path.
    fileprivate var checkpointID: String { parameters["checkpoint_id"] ?? "" }
}

extension Checkpoints {
    /// Does `body`, which saves what was stored, and takes away what it does not save.
    func discardingRefused<Value>(_ stored: StoredBlob, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            await discard(stored)
            throw error
        }
    }
}
