import API
import Foundation
import JSON
import TestSupport
import Testing
import Tracking
import TrackingClient

@Suite struct TransferTests {
    private static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }

    private static func checkpoint(digest: Digest) -> CheckpointInfo {
        var checkpoint = CheckpointInfo()
        checkpoint.id = "ckpt_1"
        checkpoint.sessionID = "sess_1"
        checkpoint.epoch = 3
        checkpoint.digest = digest
        checkpoint.byteCount = 300_000
        checkpoint.fileName = "epoch_3.safetensors"
        return checkpoint
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try TemporaryDirectory()
        try await body(folder.path)
        withExtendedLifetime(folder) {}
    }

    /// Answers ranges of `content`, and cuts the first `cutCount` answers after 100,000 bytes.
    private func download(
        cutCount: Int, ignoringRanges: Bool = false, digest: Digest = Digest(hashing: content),
        check: (ClientError?, [StubServer.Request], String) throws -> Void
    ) async throws {
        let info = Self.checkpoint(digest: digest)
        let serve: @Sendable (StubServer.Request, Int) -> StubServer.Reply = { request, index in
            let range = ignoringRanges ? nil : request["Range"]
            let start = range.flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
            let rest = Array(Self.content[start...])
            var reply = StubServer.Reply(status: range == nil ? 200 : 206)
            if range != nil { reply.headers = [("Content-Range", "bytes \(start)-299999/300000")] }
            reply.statedByteCount = rest.count
            reply.cuts = index < cutCount
            reply.body = reply.cuts ? Array(rest.prefix(100_000)) : rest
            return reply
        }
        try await inFolder { folder in
            try await withStub(answer: serve) { client, server, _ in
                let path = folder + "/out.bin"
                let error = await failure { () throws(ClientError) in
                    try await client.downloadCheckpoint(info, to: path)
                }
                try check(error, server.requests, path)
            }
        }
    }

    @Test("A download appears complete, and nothing else stays beside it")
    func whole() async throws {
        try await download(cutCount: 0) { error, requests, path in
            #expect(error == nil)
            #expect(requests.map { $0["Range"] } == [nil])
            let written = try Data(contentsOf: URL(filePath: path))
            #expect(written == Data(Self.content))
            let folder = URL(filePath: path).deletingLastPathComponent().path
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files == ["out.bin"])
        }
    }

    @Test("A download that breaks goes on from where it broke")
    func resumed() async throws {
        try await download(cutCount: 2) { error, requests, path in
            #expect(error == nil)
            #expect(requests.count == 3)
            #expect(requests[0]["Range"] == nil)
            let starts = requests.dropFirst().compactMap { Int($0["Range"]?.dropFirst(6).dropLast() ?? "") }
            #expect(starts.count == 2)
            #expect(0 < starts[0] && starts[0] < starts[1] && starts[1] <= 200_000)
            #expect(requests[1]["If-Range"] == "\"\(Digest(hashing: Self.content))\"")
            let written = try Data(contentsOf: URL(filePath: path))
            #expect(written == Data(Self.content))
        }
    }

    @Test("A server that ignores ranges is read from the beginning")
    func ignoredRange() async throws {
        try await download(cutCount: 1, ignoringRanges: true) { error, requests, path in
            #expect(error == nil)
            #expect(requests.count == 2)
            let written = try Data(contentsOf: URL(filePath: path))
            #expect(written == Data(Self.content))
        }
    }

    @Test("A later call continues what an earlier one left")
    func continued() async throws {
        let digest = Digest(hashing: Self.content)
        let info = Self.checkpoint(digest: digest)
        try await inFolder { folder in
            let part = folder + "/out.bin." + digest.hex.prefix(12) + ".part"
            try Data(Self.content.prefix(123)).write(to: URL(filePath: part))
            try await withStub(answer: { _, _ in
                StubServer.Reply(
                    status: 206, headers: [("Content-Range", "bytes 123-299999/300000")],
                    body: Array(Self.content.dropFirst(123)))
            }) { client, server, _ in
                try await client.downloadCheckpoint(info, to: folder + "/out.bin")
                #expect(server.requests.map { $0["Range"] } == ["bytes=123-"])
                #expect(try Data(contentsOf: URL(filePath: folder + "/out.bin")) == Data(Self.content))
            }
        }
    }

    @Test("Bytes of another digest are refused and removed")
    func wrongBytes() async throws {
        try await download(cutCount: 0, digest: Digest(hashing: [1])) { error, _, path in
            #expect(error?.code == .digestMismatch)
            let folder = URL(filePath: path).deletingLastPathComponent().path
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.isEmpty)
        }
    }

    @Test("A download that never gets on gives up and keeps what it has")
    func givesUp() async throws {
        let info = Self.checkpoint(digest: Digest(hashing: Self.content))
        try await inFolder { folder in
            try await withStub(answer: { _, _ in StubServer.Reply(statedByteCount: 300_000, cuts: true) }) {
                client, server, clock in
                let error = await failure { () throws(ClientError) in
                    try await client.downloadCheckpoint(info, to: folder + "/out.bin")
                }
                #expect(error?.code == .interrupted)
                #expect(server.requests.count == 3)
                #expect(clock.sleeps.count == 2)
                #expect(!FileManager.default.fileExists(atPath: folder + "/out.bin"))
            }
        }
    }

    @Test("An upload states its length, says in its query what it is, and its answer's digest is checked")
    func upload() async throws {
        let digest = Digest(hashing: Self.content)
        try await inFolder { folder in
            let path = folder + "/model.pth"
            try Data(Self.content).write(to: URL(filePath: path))
            try await withStub(answer: { _, index in
                index == 0
                    ? .error(503, "overloaded", headers: [("Retry-After", "1")])
                    : .json(Self.checkpoint(digest: index == 1 ? digest : Digest(hashing: [2])).text, status: 201)
            }) { client, server, _ in
                var upload = CheckpointUpload(sessionID: "sess_1", epoch: 3, fileName: "mo\"del.pth")
                upload.attempt = 2
                upload.marks = ["stop", "last"]
                upload.metrics = [MetricValue(name: "val_loss", value: .nan)]
                let saved = try await client.uploadCheckpoint(upload, from: .file(path))
                #expect(saved.id == "ckpt_1")
                #expect(server.requests.count == 2)
                #expect(server.requests[0].body == server.requests[1].body)
                let request = server.requests[1]
                #expect(request["Content-Length"] == String(request.body.count))
                #expect(request["Content-Type"] == "application/octet-stream")
                #expect(request.body == Self.content)
                #expect(
                    request.target
                        == "/api/v1/checkpoints?session_id=sess_1&epoch=3&attempt=2"
                        + "&metrics=%7B%22val_loss%22%3A%22NaN%22%7D&marks=stop%2Clast&filename=mo%22del.pth")

                let error = await failure { () throws(ClientError) in
                    _ = try await client.uploadCheckpoint(upload, from: .bytes(Self.content))
                }
                #expect(error?.code == .digestMismatch)
            }
        }
    }

    @Test("A file that is not there is said to be missing, and nothing is sent")
    func missingFile() async throws {
        try await withStub(answer: { _, _ in .json("{}") }) { client, server, _ in
            let error = await failure { () throws(ClientError) in
                _ = try await client.uploadArtifact("sess_1", path: "a/b", from: .file("/nonexistent/file"))
            }
            #expect(error?.code == .file)
            #expect(error?.message.contains("/nonexistent/file") == true)
            #expect(server.requests.isEmpty)
        }
    }
}
