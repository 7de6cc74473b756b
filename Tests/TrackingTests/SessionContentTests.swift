import Foundation
import SwiftProtobuf
import Testing
import Tracking

/// The digest by which servers tell whether they have the same session, and the files that belong to one.
@Suite("What a session is, wherever it is")
struct SessionContentTests {
    private static func record(_ event: SessionEvent, _ position: UInt64, at time: Int64? = nil) throws -> EventRecord {
        let payload = try event.encoded().payload
        return .with {
            ($0.position, $0.version, $0.stream, $0.type) = (position, position, "session/sess_a", event.type)
            ($0.recordedAt, $0.actor, $0.causation) = (Int64(position) * 10, "api", "cmd_\(position)")
            if let time { $0.originallyRecordedAt = time }
            ($0.id, $0.payload) = (.init(repeating: 7, count: 16), .init(payload))
        }
    }

    private static func content(_ records: EventRecord...) -> StreamContent {
        records.reduce(into: StreamContent()) { $0.add($1) }
    }

    @Test("the digest is that of what was recorded first, wherever it stands now")
    func places() throws {
        let here = Self.content(try Self.record(.noted(.with { $0.notes = "n" }), 3))
        let there = Self.content(try Self.record(.noted(.with { $0.notes = "n" }), 77, at: 30))
        #expect(here.digest == there.digest)
        #expect(here.digest != Self.content(try Self.record(.noted(.with { $0.notes = "n" }), 77)).digest)
        #expect(here.digest != Self.content(try Self.record(.noted(.with { $0.notes = "m" }), 3)).digest)
    }

    @Test("what an import adds does not count, and what follows does")
    func imports() throws {
        let noted = try Self.record(.noted(.with { $0.notes = "n" }), 3)
        let completed = try Self.record(.imported(SessionImported()), 4)
        let interrupted = try Self.record(.imported(.with { $0.interruptedStatus = "running" }), 4)
        let stopped = try Self.record(.stopped(Stopped()), 5)
        let plain = Self.content(noted)
        #expect(Self.content(noted, completed).digest == plain.digest)
        #expect(Self.content(noted, interrupted, stopped).digest == plain.digest)
        #expect(Self.content(noted, completed, stopped).digest != plain.digest)
        #expect(Self.content(noted, interrupted, stopped, stopped).eventCount == 2)
    }

    @Test("messages are read back however their bytes are cut", arguments: 1...9)
    func delimited(size: Int) throws {
        let records = try (1...20).map { try Self.record(.noted(.with { $0.notes = "note \($0)" }), UInt64($0)) }
        let bytes = records.flatMap(\.delimitedBytes)
        var reader = DelimitedRecords()
        var read: [EventRecord] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.add(bytes[start..<min(start + size, bytes.count)])
            while let record = try reader.next() { read.append(record) }
        }
        #expect(read == records && reader.isComplete)
        reader.add([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: DelimitedRecords.Malformed.self) { try reader.next() }
    }

    @Test("deleted files do not belong to a session, and older versions do")
    func files() {
        let digests = (0..<5).map { Digest(hashing: [UInt8($0)]) }
        func saved(_ path: String, _ version: UInt32, _ digest: Digest) -> SessionEvent {
            .artifactSaved(
                .with { ($0.path, $0.version, $0.digest, $0.byteCount) = (path, version, digest.description, 1) })
        }
        var files = SessionFiles()
        for event in [
            saved("a", 1, digests[0]), .artifactDeleted(.with { $0.path = "a" }), saved("a", 2, digests[1]),
            saved("a", 3, digests[2]), saved("b", 1, digests[0]), .artifactDeleted(.with { $0.path = "b" }),
            .checkpointSaved(.with { ($0.checkpointID, $0.digest) = ("ckpt_a", digests[3].description) }),
            .checkpointSaved(.with { ($0.checkpointID, $0.digest) = ("ckpt_b", digests[4].description) }),
            .checkpointDeleted(.with { $0.checkpointID = "ckpt_a" }),
        ] {
            files.add(event)
        }
        #expect(files.all.map(\.digest) == [digests[4], digests[1], digests[2]])
        #expect(
            files.all.map(\.kind) == [
                .checkpoint(id: "ckpt_b", fileName: ""), .artifact(path: "a", version: 2, isCurrent: false),
                .artifact(path: "a", version: 3, isCurrent: true),
            ])
    }
}
