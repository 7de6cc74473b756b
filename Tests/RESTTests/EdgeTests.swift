import API
import Blobs
import Compression
import EventLog
import Foundation
import HTTPTypes
import JSON
import Logging
import Testing
import WebServer

/// The things that requests may bring beside what they ask for: conditions, codings, types of files.
@Suite("The edges of requests")
struct EdgeTests {
    private func artifact(_ api: TestAPI, type: String) async throws -> (path: [String], tag: String) {
        let session = try await api.create()
        let stored = try await api.upload(.uploadArtifact, session, "a.bin", text: "bytes", type: type, status: 201)
        return ([session, "a.bin"], "\"\(stored.json["digest"]?.stringValue ?? "")\"")
    }

    @Test(
        "a file is shown in a browser when its type runs nothing",
        arguments: [
            ("image/png", true), ("IMAGE/PNG", true), ("text/plain; charset=utf-8", true), ("application/json", true),
            ("audio/mpeg", true), ("video/mp4", true), ("text/html", false), ("text/xsl", false),
            ("image/svg+xml", false), ("application/pdf", false), ("multipart/x-mixed-replace", false),
            ("text/plain, text/html", false), ("video/mp4, text/html", false), ("application/octet-stream", false),
        ])
    func shown(type: String, isShown: Bool) async throws {
        try await TestAPI.run { api in
            let (path, _) = try await artifact(api, type: type)
            let answer = try await api.ask("GET", API.Operation.downloadArtifact.target(path))
            #expect(answer["Content-Disposition"]?.hasPrefix(isShown ? "inline" : "attachment") == true)
            #expect(answer["Content-Security-Policy"] == "sandbox; default-src 'none'")
        }
    }

    @Test("a download is refused when If-Match names another file")
    func ifMatch() async throws {
        try await TestAPI.run { api in
            let (path, tag) = try await artifact(api, type: "text/plain")
            for (condition, status) in [(tag, 200), ("*", 200), ("\"other\"", 412), ("W/\(tag)", 412)] {
                let answer = try await api.ask(
                    "GET", API.Operation.downloadArtifact.target(path), .init(headers: ["If-Match": condition]))
                #expect(answer.status == status)
                if status == 412 { #expect(answer.code == "precondition_failed" && answer["ETag"] == tag) }
            }
        }
    }

    @Test("a packed body is taken, within the limit of its content")
    func packed() async throws {
        try await TestAPI.run { api in
            let session: JSONValue = ["config": ["trainer": ["kind": "external"], "train": ["epochs": 3]]]
            let body = session.encoded()
            func send(_ bytes: [UInt8], _ coding: String) async throws -> TestAPI.Answer {
                try await api.ask(
                    "POST", API.Operation.createSession.target(),
                    .init(body: bytes, type: "application/json", headers: ["Content-Encoding": coding]))
            }
            let zstd = try Zstandard.compress(body, level: 3)
            for (bytes, coding) in [(try Self.gzip(body), "gzip"), (zstd, "zstd"), (body, "identity")] {
                #expect(try await send(bytes, coding).status == 201, "\(coding)")
            }
            let bomb = [UInt8](repeating: 32, count: 2 << 20)
            for (bytes, coding) in [(try Self.gzip(bomb), "gzip"), (try Zstandard.compress(bomb, level: 3), "zstd")] {
                #expect(bytes.count < 10_000)
                #expect(try await send(bytes, coding).code == "body_too_large", "\(coding)")
                #expect(try await send(body, coding).code == "malformed_request", "\(coding)")
                #expect(try await send(bytes.dropLast(9), coding).status >= 400, "\(coding)")
            }
            for coding in ["br", "gzip, gzip", ""] {
                let answer = try await send(body, coding)
                #expect(answer.status == 415 && answer["Accept-Encoding"] == "gzip, zstd", "\(coding)")
            }
            let upload = try await api.ask(
                "PUT", API.Operation.uploadArtifact.target([try await api.create("other"), "a"]),
                .init(body: body, headers: ["Content-Encoding": "gzip"]))
            #expect(upload.status == 415 && upload["Accept-Encoding"] == "identity")
        }
    }

    @Test("no answer names a path of the server: a failure that tells of its disk is for its log")
    func paths() async throws {
        for error in [
            BlobError.fileSystem(FileSystemError(.open, "/data/blobs/x", errorNumber: EIO)),
            StorageError(.failed, "The log in /data/log cannot be read."),
        ] as [any Error] {
            let answer = ErrorMapping.answer(
                to: error, requestID: "r1", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            #expect(answer.status.code == 500 && answer.code == "internal_error")
            #expect(!answer.message.contains("/data") && answer.message.contains("r1"))
        }
        let error = BlobError(FileSystemError(.create, "/data/blobs/x", errorNumber: EMFILE))
        let answer = ErrorMapping.answer(
            to: error, requestID: "r1", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(
            answer.status.code == 503 && answer.headers[HTTPField.Name("Retry-After")!] == "1"
                && !answer.message.contains("/data"))
    }

    /// A gzip file made of a zlib stream, whose packed data are the same.
    private static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let packed = try Zlib.compress(bytes).dropFirst(2).dropLast(4)
        func littleEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + packed + littleEndian(Zlib.crc32(bytes))
            + littleEndian(UInt32(bytes.count))
    }
}
