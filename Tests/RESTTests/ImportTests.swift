import API
import Application
import EventLog
import JSON
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// A session that is taken from one tracker to another, by the API alone.
@Suite("Sessions of other servers")
struct ImportTests {
    /// What an archive has of a session.
    private struct Archive {
        let session: String
        var lifecycle: [EventRecord] = []
        var telemetry: [EventRecord] = []
        /// The bytes of files by their digests.
        var files: [Digest: [UInt8]] = [:]

        var contentDigest: Digest {
            var (first, second) = (StreamContent(), StreamContent())
            for record in lifecycle { first.add(record) }
            for record in telemetry { second.add(record) }
            return StreamContent.digest(session: first, telemetry: second)
        }

        var request: JSONValue {
            [
                "session_id": .string(session), "source": "http://there:8000", "source_version": "1",
                "source_position": 99,
                "exported_at": "2026-01-31T12:00:00Z",
                "manifest_digest": .string(Digest(hashing: []).description),
                "content_digest": .string(contentDigest.description),
                "session_events": .string(Digest(hashing: Self.bytes(lifecycle)).description),
                "telemetry_events": .string(Digest(hashing: Self.bytes(telemetry)).description),
                "imported_by": "ada@here",
            ]
        }

        static func bytes(_ records: [EventRecord]) -> [UInt8] { records.flatMap(\.delimitedBytes) }

        init(of session: String, from api: TestAPI) async throws {
            self.session = session
            let answer = try await api.call(
                .getSessionEvents, session, query: "stream=all&limit=100000",
                headers: ["Accept": "application/x-protobuf"])
            var records = DelimitedRecords()
            records.add(answer.bytes)
            var files = SessionFiles()
            while let record = try records.next() {
                guard record.stream.hasPrefix("session/") else {
                    telemetry.append(record)
                    continue
                }
                lifecycle.append(record)
                files.add(try SessionEvent(type: record.type, payload: [UInt8](record.payload)))
            }
            for file in files.all {
                self.files[file.digest] =
                    switch file.kind {
                    case .checkpoint(let id, _): try await api.call(.downloadCheckpoint, id, status: 200).bytes
                    case .artifact(let path, _, _):
                        try await api.ask(
                            "GET",
                            API.Operation.downloadArtifact.target(
                                [session] + path.split(separator: "/").map(String.init)),
                            TestAPI.Parts(query: "digest=\(file.digest)")
                        ).bytes
                    }
            }
        }

        /// Sends what the server asks for until it has the session; its last answer.
        @discardableResult
        func send(to api: TestAPI, limit: Int = .max) async throws -> TestAPI.Answer {
            var files = files
            for records in [lifecycle, telemetry] {
                let bytes = Self.bytes(records)
                files[Digest(hashing: bytes)] = bytes
            }
            var sentCount = 0
            while true {
                let answer = try await api.call(.importSession, body: request)
                guard answer.json["state"] == "files_missing", sentCount < limit else { return answer }
                for digest in answer.json["missing_files"]?.arrayValue ?? [] {
                    let digest = try #require(digest.stringValue.flatMap { Digest($0) })
                    let bytes = try #require(files[digest])
                    let parts = TestAPI.Parts(body: bytes, type: "application/octet-stream")
                    let target = API.Operation.uploadImportFile.target([digest.description])
                    #expect(try await api.ask("PUT", target, parts).status == 201)
                    sentCount += 1
                }
            }
        }
    }

    /// A session with points that are not finite, a name that is not ASCII, two checkpoints, and an artifact in two versions.
    private func trained(_ api: TestAPI, isEnded: Bool = true) async throws -> String {
        let (session, token) = try await api.running("Läufe ✓", epochs: 2)
        let points: JSONValue = [
            "attempt": 1,
            "series": [
                ["name": "verlust/ü", "steps": [1, 2, 3, 4], "values": [0.1, "NaN", "Infinity", "-Infinity"]],
                ["name": "loss", "steps": [1, 12], "values": [0.5, 0.25]],
            ],
        ]
        try await api.call(.reportMetrics, session, body: points, token: token)
        try await api.call(
            .reportLogs, session, body: ["attempt": 1, "lines": [["text": "begun"]]], token: token)
        try await api.complete(1, of: session, token, loss: "NaN")
        for (step, text) in [(10, "weights"), (11, "more weights")] {
            try await api.upload(
                .uploadCheckpoint, query: "session_id=\(session)&epoch=1&step=\(step)&attempt=1&filename=a.pth",
                text: text, token: token)
        }
        for text in ["one", "two"] {
            try await api.upload(.uploadArtifact, session, "notes", "a b.txt", text: text, status: 201, token: token)
        }
        guard isEnded else { return session }
        try await api.complete(2, of: session, token)
        try await api.call(
            .finishAttempt, session, body: ["attempt": 1, "outcome": "completed", "epoch": 2, "step": 20],
            token: token)
        return session
    }

    /// The document without what differs between servers.
    private func document(_ answer: TestAPI.Answer) -> JSONValue {
        var object = answer.json.objectValue ?? [:]
        for key in ["position", "imported"] { object[key] = nil }
        return .object(object)
    }

    @Test("a session is the same on the other server, and is taken over once")
    func same() async throws {
        try await TestAPI.run { source in
            let session = try await trained(source)
            let archive = try await Archive(of: session, from: source)
            try await TestAPI.run { target in
                let answer = try await archive.send(to: target)
                #expect(answer.status == 201)
                #expect(answer["Location"] == "/api/v1/training/sessions/\(session)")
                #expect(answer.json["state"] == "imported")
                let imported = try await target.call(.getSession, session)
                let original = try await source.call(.getSession, session)
                #expect(document(imported) == document(original))
                #expect(imported.json["imported"]?["source"] == "http://there:8000")
                #expect(imported.json["imported"]?["imported_by"] == "ada@here")
                for (operation, query) in [
                    (API.Operation.getSessionEpochs, ""), (.getSessionMetrics, ""), (.listArtifacts, ""),
                    (.getLogs, ""), (.getMetricHistory, "metric_name=verlust%2F%C3%BC&axis=step"),
                    (.getMetricHistory, "metric_name=loss&axis=time"), (.getMetricNames, ""),
                ] {
                    let theirs = try await source.call(operation, session, query: query).json
                    #expect(try await target.call(operation, session, query: query).json == theirs, "\(operation.id)")
                }
                let checkpoints = try await target.call(.listCheckpoints, query: "session_id=\(session)&attempts=all")
                let theirs = try await source.call(.listCheckpoints, query: "session_id=\(session)&attempts=all")
                #expect(checkpoints.json == theirs.json)
                let list = checkpoints.json["checkpoints"]?.arrayValue ?? []
                let texts = try await list.asyncMap { checkpoint in
                    try await target.call(
                        .downloadCheckpoint, checkpoint["checkpoint_id"]?.stringValue ?? "", status: 200
                    ).text
                }
                #expect(Set(texts) == ["weights", "more weights"])

                let head = target.head
                let again = try await archive.send(to: target)
                #expect(again.status == 200 && again.json["state"] == "present")
                #expect(target.head == head)
                let back = try await Archive(of: session, from: target).send(to: source)
                #expect(back.json["state"] == "present", "what an import adds does not count")
                try await target.refused(.startSession, [session], TestAPI.Parts(), 409, "imported")
            }
        }
    }

    @Test("a session that is there with another content is refused with both digests")
    func differs() async throws {
        try await TestAPI.run { source in
            let session = try await trained(source)
            let archive = try await Archive(of: session, from: source)
            try await TestAPI.run { target in
                try await archive.send(to: target)
                try await target.call(.updateSession, session, body: ["notes": "changed here"])
                let parts = TestAPI.Parts(body: archive.request.encoded(), type: "application/json")
                let refusal = try await target.refused(.importSession, [], parts, 409, "session_differs")
                let details = refusal.json["error"]?["details"]
                #expect(details?["archived"] == .string(archive.contentDigest.description))
                #expect(details?["here"]?.stringValue.flatMap { Digest($0) } != nil)
                #expect(details?["here"] != details?["archived"])
            }
        }
    }

    @Test("an import that broke off shows nothing, and goes on; measurements are not there twice")
    func interrupted() async throws {
        try await TestAPI.run { source in
            let session = try await trained(source)
            let archive = try await Archive(of: session, from: source)
            try await TestAPI.run { target in
                // As a server leaves it that was killed after a part of the measurements.
                let stream = try #require(Session.ID(session)).telemetry
                let first = try #require(archive.telemetry.first)
                _ = try await target.tracker.core.store.append(
                    AppendRequest(
                        stream: stream,
                        events: [
                            NewEvent(
                                type: first.type, payload: [UInt8](first.payload),
                                occurredAt: first.hasOccurredAt ? Timestamp(rawValue: first.occurredAt) : nil,
                                priority: .report,
                                origin: .init(
                                    id: EventID(bytes: [UInt8](first.id)),
                                    recordedAt: Timestamp(rawValue: first.recordedAt), actor: first.actor))
                        ], expecting: .noStream, commandID: .fresh(), commandDigest: Digest(hashing: []), actor: "api"))
                #expect(try await target.call(.listSessions).json["total"] == 0)
                try await target.refused(.getSession, [session], TestAPI.Parts(), 404, "not_found")
                #expect(try await archive.send(to: target).json["state"] == "imported")
                let history = "metric_name=loss&axis=step"
                let theirs = try await source.call(.getMetricHistory, session, query: history).json
                #expect(try await target.call(.getMetricHistory, session, query: history).json == theirs)
            }
            var other = archive
            other.telemetry[0].actor = "somebody else"
            try await TestAPI.run { [other] target in
                let stream = try #require(Session.ID(session)).telemetry
                let first = try #require(other.telemetry.first)
                _ = try await target.tracker.core.store.append(
                    AppendRequest(
                        stream: stream, events: [NewEvent(type: first.type, payload: [UInt8](first.payload))],
                        expecting: .noStream, commandID: .fresh(), commandDigest: Digest(hashing: []), actor: "api"))
                let files = [other.lifecycle, other.telemetry].map(Archive.bytes) + Array(other.files.values)
                for bytes in files {
                    let name = API.Operation.uploadImportFile.target([Digest(hashing: bytes).description])
                    _ = try await target.ask("PUT", name, TestAPI.Parts(body: bytes, type: "a/b"))
                }
                let parts = TestAPI.Parts(body: other.request.encoded(), type: "application/json")
                try await target.refused(.importSession, [], parts, 409, "import_begun")
            }
        }
    }

    @Test("a session that still trained is stopped by its import, and says so")
    func running() async throws {
        try await TestAPI.run { source in
            let session = try await trained(source, isEnded: false)
            let archive = try await Archive(of: session, from: source)
            try await TestAPI.run { target in
                let answer = try await archive.send(to: target)
                let shown = answer.json["session"]
                #expect(shown?["status"] == "stopped")
                #expect(shown?["imported"]?["interrupted_status"] == "running")
                #expect(shown?["message"]?.stringValue?.contains("http://there:8000") == true)
                #expect(shown?["attempts"]?.arrayValue?.first?["ending"] == "stopped")
                #expect(try await archive.send(to: target).json["state"] == "present")
                let feed = try await target.call(.followSession, session, status: 200)
                #expect(feed.text.contains("stopped"), "its feed ends")
                let claim = TestAPI.Parts(
                    body: JSONValue.object(["lease_seconds": 60]).encoded(), type: "application/json")
                try await target.refused(.claimAttempt, [session], claim, 409, "imported")
            }
        }
    }

    @Test("events that no request could have brought are refused by their field")
    func malicious() async throws {
        try await TestAPI.run { source in
            let session = try await trained(source)
            let archive = try await Archive(of: session, from: source)
            let saved = try #require(archive.lifecycle.firstIndex { $0.type == "session.artifact_saved" })
            let started = try #require(archive.lifecycle.firstIndex { $0.type == "session.attempt_started" })
            let cases: [(place: Int, field: String, change: (inout EventRecord) throws -> Void)] = [
                (
                    saved, "path",
                    { record in
                        var artifact = try ArtifactSaved(serializedBytes: record.payload)
                        artifact.path = "../outside"
                        record.payload = .init(try artifact.serializedBytes() as [UInt8])
                    }
                ),
                (
                    saved, "content_type",
                    { record in
                        var artifact = try ArtifactSaved(serializedBytes: record.payload)
                        artifact.contentType = "text/plain\r\nX-Other: 1"
                        record.payload = .init(try artifact.serializedBytes() as [UInt8])
                    }
                ),
                (
                    started, "first_epoch",
                    { record in
                        record.payload = .init(try AttemptStarted.with { $0.attempt = 1 }.serializedBytes() as [UInt8])
                    }
                ),
                (
                    0, "trainer_kind",
                    { record in
                        var created = try SessionCreated(serializedBytes: record.payload)
                        created.trainerKind = "synthetic"
                        record.payload = .init(try created.serializedBytes() as [UInt8])
                    }
                ),
                (saved, "version", { $0.version += 1 }), (saved, "stream", { $0.stream = "session/sess_other" }),
                (saved, "type", { $0.type = "session.created" }), (saved, "type", { $0.type = "session.deleted" }),
            ]
            for (place, field, change) in cases {
                var other = archive
                try change(&other.lifecycle[place])
                try await TestAPI.run { [other] target in
                    for bytes in [other.lifecycle, other.telemetry].map(Archive.bytes) {
                        let name = API.Operation.uploadImportFile.target([Digest(hashing: bytes).description])
                        #expect(
                            try await target.ask("PUT", name, TestAPI.Parts(body: bytes, type: "a/b")).status == 201)
                    }
                    let parts = TestAPI.Parts(body: other.request.encoded(), type: "application/json")
                    try await target.refused(
                        .importSession, [], parts, 422, "invalid_field",
                        field: "session_events[\(place)].\(field)")
                    #expect(try await target.call(.listSessions).json["total"] == 0)
                }
            }
        }
    }

    @Test("a file whose bytes have another digest is not stored")
    func otherBytes() async throws {
        try await TestAPI.run { api in
            let digest = Digest(hashing: Array("these".utf8)).description
            let parts = TestAPI.Parts(body: Array("those".utf8), type: "application/octet-stream")
            try await api.refused(.uploadImportFile, [digest], parts, 422, "invalid_field", field: "digest")
            try await api.refused(.uploadImportFile, ["none"], parts, 422, "invalid_field", field: "digest")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
