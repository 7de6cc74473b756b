import Blobs
import EventLog
import Hummingbird
import JSON
import Projections
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// Saved model states: in, out, listed and deleted.
struct CheckpointRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        let checkpoints = api.group("checkpoints")
        checkpoints.post(use: upload)
        checkpoints.get(use: list)
        checkpoints.get(":checkpoint_id", use: get)
        checkpoints.delete(":checkpoint_id", use: delete)
        checkpoints.get(":checkpoint_id/download", use: download)
    }

    @Sendable private func upload(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isLeased = TrackingService.leaseToken(of: request) != nil
        let upload = try await CheckpointUpload.read(request, into: service.blobs) { session in
            let state = try await service.state(of: session)
            guard !state.isArchived else { throw SessionRefusal.archived }
            if isLeased { _ = try await service.leaseHolder(of: request, session: session, claimed: nil) }
        }
        guard let stored = upload.stored, let session = upload.sessionID, let epoch = upload.epoch else {
            throw FieldError("file", "is required")
        }
        service.damage.remove(stored.digest)
        do {
            let response = try await save(upload, stored, session, epoch: epoch, isLeased: isLeased, request)
            await service.blobs.release(stored.pin)
            return response
        } catch {
            await service.blobs.release(stored.pin)
            throw error
        }
    }

    private func save(
        _ upload: CheckpointUpload, _ stored: StoredBlob, _ session: Session.ID, epoch: UInt32, isLeased: Bool,
        _ request: Request
    ) async throws -> Response {
        var holder: LeaseHolder?
        if isLeased {
            holder = try await service.leaseHolder(of: request, session: session, claimed: upload.attempt).0
            guard upload.step != nil else { throw FieldError("step", "is required with a lease") }
        } else {
            guard upload.marks.isEmpty else { throw FieldError("marks", "are for the trainer that holds the lease") }
        }
        var saved = CheckpointSaved()
        saved.attempt = holder?.attempt ?? 0
        saved.epoch = epoch
        saved.step = upload.step ?? 0
        saved.digest = stored.digest.description
        saved.byteCount = UInt64(stored.byteCount)
        saved.storedByteCount = UInt64(stored.storedByteCount)
        saved.fileName = ContentDisposition.sanitized(upload.fileName ?? "checkpoint_epoch_\(epoch)")
        saved.metrics = upload.metrics
        saved.marks = upload.marks
        if holder != nil {
            let configuration = try await configuration(of: session)
            saved.architecture = SessionCreation.architecture(of: configuration)
            switch configuration.trainer {
            case .unet3d, .synthetic: saved.format = .safetensors
            case .command, .external: saved.format = .opaque
            }
        }
        let canonical = try SessionEvent.checkpointSaved(saved).encoded().payload
        let identity = try RequestReading.identity(
            of: request, service: service, actor: isLeased ? "trainer" : "api"
        ) { Array("checkpoints".utf8) + canonical }
        saved.checkpointID = Checkpoint.ID(createdBy: identity.id, in: session).text
        let outcome = try await service.sessions.handle(
            .saveCheckpoint(saved, holder?.holder), on: session.stream, as: identity)
        guard let id = Checkpoint.ID(saved.checkpointID) else { preconditionFailure("made above") }
        try await service.waitForReadModels(outcome.last)
        let entry = try service.readModels.read { try $0.checkpoint(id) }
        guard let entry else { throw APIError.unknownCheckpoint(id.text) }
        var object = CheckpointRendering(entry).object
        if holder != nil { object.add("stop_requested", .bool(outcome.state.isStopRequested)) }
        return .json(
            .object(object), status: .created,
            headers: [.logPosition: outcome.last.description, .location: "/api/v1/checkpoints/\(id)"])
    }

    private func configuration(of session: Session.ID) async throws -> TrainingConfiguration {
        try await service.waitForReadModels(service.store.head)
        let document = try service.readModels.read { try $0.document(of: session) }
        return try TrainingConfiguration(resolving: ConfigurationSource(json: Array(document.configuration.utf8)))
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let limit = try query.limit()
        let offset = try query.offset()
        let name = query.text("metric_name")
        if let name { try MetricNames.check(name, field: "metric_name") }
        let sort = query.text("sort") ?? "epoch"
        guard ["epoch", "-epoch", "created_at", "-created_at", "metric_value", "-metric_value"].contains(sort) else {
            throw FieldError(
                "sort", "must be epoch, created_at or metric_value, with '-' before it for descending, not '\(sort)'")
        }
        let lineage = try query.flag("lineage")
        let all = try RequestReading.wantsAllAttempts(query)
        let nonfinite = try query.nonfinite()
        let session = try query.text("session_id").map { text in
            guard let id = Session.ID(text) else { throw APIError.unknownSession(text) }
            return id
        }
        if lineage, session == nil { throw FieldError("lineage", "needs session_id") }
        return try await service.answer(request, query: query) { snapshot in
            var entries: [CheckpointEntry] = []
            if let session {
                for id in lineage ? try Self.lineage(of: session, snapshot) : [session] {
                    _ = try snapshot.document(of: id)
                    entries += try snapshot.checkpoints(of: id, includesSuperseded: all)
                }
            } else {
                entries = try snapshot.checkpoints(of: nil, includesSuperseded: all)
            }
            if let name { entries.removeAll { $0.value(of: name) == nil } }
            Self.sort(&entries, by: sort, metric: name)
            let page = entries.dropFirst(offset).prefix(limit ?? .max)
            let items = page.map { JSONValue.object(CheckpointRendering($0, metricName: name).object) }
            let answer: JSONValue = ["checkpoints": .array(items), "total": .count(entries.count)]
            return answer.encoded(nonfinite: nonfinite)
        }
    }

    /// The session and those it continues, itself first. At most 1,000.
    private static func lineage(
        of session: Session.ID, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> [Session.ID] {
        var ids = [session]
        while ids.count < 1000, let last = ids.last {
            let document = try snapshot.document(of: last)
            guard document.hasParentCheckpoint, let parent = Session.ID(document.parentCheckpoint.sessionID),
                !ids.contains(parent)
            else { break }
            ids.append(parent)
        }
        return ids
    }

    private static func sort(_ entries: inout [CheckpointEntry], by key: String, metric: String?) {
        let isDescending = key.hasPrefix("-")
        func value(_ entry: CheckpointEntry) -> Double? {
            switch isDescending ? String(key.dropFirst()) : key {
            case "epoch": Double(entry.document.epoch)
            case "created_at": Double(entry.document.createdAt)
            default: entry.value(of: metric ?? entry.monitor)
            }
        }
        let keyed = entries.enumerated().map { (index: $0.offset, value: value($0.element), entry: $0.element) }
        entries = keyed.sorted { left, right in
            switch (left.value, right.value) {
            case (let a?, let b?) where a != b: isDescending ? a > b : a < b
            case (_?, nil): true
            case (nil, _?): false
            default: left.index < right.index
            }
        }.map(\.entry)
    }

    @Sendable private func get(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            let entry = try Self.entry(context, snapshot)
            return JSONValue.object(CheckpointRendering(entry).object).encoded(nonfinite: nonfinite)
        }
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await service.waitForReadModels(service.store.head)
        let entry = try service.readModels.read { try Self.entry(context, $0) }
        let document = entry.document
        guard let id = Checkpoint.ID(document.checkpointID), let session = Session.ID(document.sessionID) else {
            throw APIError.unknownCheckpoint(document.checkpointID)
        }
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("delete-checkpoint", ["checkpoint_id": .string(id.text)])
        }
        let outcome = try await service.sessions.handle(
            .deleteCheckpoint(id, reason: "deleted through the API"), on: session.stream, as: identity)
        var object = CheckpointRendering(entry).object
        object["resumable"] = false
        object.add(time: outcome.recordedAt?.rawValue, "deleted_at")
        return .json(.object(object), headers: [.logPosition: outcome.last.description])
    }

    @Sendable private func download(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        try await service.waitAsAsked(query)
        let entry = try service.readModels.read { try Self.entry(context, $0) }
        guard let digest = Digest(entry.document.digest) else {
            throw APIError.storageFailure("The checkpoint's digest cannot be read.")
        }
        return try await BlobAnswer(service: service, logger: context.logger).respond(
            to: request, digest: digest, contentType: "application/octet-stream",
            disposition: .attachment(entry.document.fileName))
    }

    /// The checkpoint in the path.
    ///
    /// - Throws: 404, also for one that was deleted.
    private static func entry(
        _ context: APIRequestContext, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> CheckpointEntry {
        let text = context.parameters.get("checkpoint_id") ?? ""
        guard let id = Checkpoint.ID(text), let entry = try snapshot.checkpoint(id) else {
            throw APIError.unknownCheckpoint(text)
        }
        guard !entry.document.deleted else {
            throw APIError(
                .notFound, code: "not_found",
                message: "Checkpoint \(text) was deleted: \(entry.document.deletionReason).",
                details: ["kind": "checkpoint", "id": .string(text)])
        }
        return entry
    }
}
