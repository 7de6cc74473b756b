import API
import EventLog
import Foundation
import REST
import SwiftProtobuf
import Testing
import Tracking

@Suite("Records of the log as lines and as messages")
struct EventFormTests {
    /// The types of all events and a payload of each, as they were stored first.
    static let goldens: [(type: String, payload: [UInt8])] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("TrackingTests/Golden")
        let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names.sorted().filter { $0.hasSuffix(".v1.bin") }.map { name in
            (String(name.dropLast(7)), Array(try! Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }()

    private static func record(
        _ type: String, _ payload: [UInt8], position: UInt64 = 7, stream: StreamID? = nil,
        recordedAt: Int64 = 1_769_903_999_123_456, occurredAt: Int64? = nil, actor: String = "api",
        causation: String? = "cmd_1", originallyRecordedAt: Int64? = nil
    ) -> RecordedEvent {
        let category = StreamID.Category(
            rawValue: String(type.prefix { $0 != "." }).replacingOccurrences(of: "_", with: "-"))!
        return RecordedEvent(
            position: LogPosition(position), stream: stream ?? StreamID(category, "sess_1"), version: StreamVersion(3),
            id: CommandID("c")!.eventID(at: 0), type: type, schemaVersion: 1,
            recordedAt: Timestamp(rawValue: recordedAt), occurredAt: occurredAt.map { Timestamp(rawValue: $0) },
            actor: actor,
            causation: causation.flatMap { CommandID($0) }, payloadDigest: Digest(hashing: payload), payload: payload,
            originallyRecordedAt: originallyRecordedAt.map { Timestamp(rawValue: $0) })
    }

    private func expectSame(_ records: [RecordedEvent], sourceLocation: SourceLocation = #_sourceLocation) throws {
        var lines = EventLineWriter()
        var messages = EventMessageWriter()
        var expectedLines: [UInt8] = []
        var expectedMessages: [UInt8] = []
        for record in records {
            try lines.append(record)
            messages.append(record)
            expectedLines += try EventInfo(record).encoded() + [UInt8(ascii: "\n")]
            expectedMessages += try EventRecord(record).delimitedBytes()
        }
        #expect(
            String(decoding: lines.bytes, as: UTF8.self) == String(decoding: expectedLines, as: UTF8.self),
            sourceLocation: sourceLocation)
        #expect(lines.bytes == expectedLines, sourceLocation: sourceLocation)
        #expect(messages.bytes == expectedMessages, sourceLocation: sourceLocation)
    }

    @Test("the command of a trainer is shown as a digest, in lines and in messages")
    func trainersCommand() throws {
        let payload = try #require(Self.goldens.first { $0.type == "session.attempt_claimed" }).payload
        var lines = EventLineWriter()
        var messages = EventMessageWriter()
        for type in ["session.start_requested", "session.attempt_claimed"] {
            let bytes = type == "session.attempt_claimed" ? payload : []
            let record = Self.record(type, bytes, actor: "trainer", causation: "key-of-a-claim")
            try lines.append(record)
            messages.append(record)
        }
        let digest = Digest(hashing: Array("key-of-a-claim".utf8)).description
        for bytes in [lines.bytes, messages.bytes] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("key-of-a-claim"))
            #expect(text.components(separatedBy: digest).count == 3)
        }
    }

    @Test("every type of event is written as its document and its message say", arguments: goldens.map(\.type))
    func everyType(type: String) throws {
        let payload = try #require(Self.goldens.first { $0.type == type }).payload
        try expectSame([Self.record(type, payload), Self.record(type, payload, occurredAt: 5, causation: nil)])
        // One of another server says when that recorded it.
        try expectSame([Self.record(type, payload, occurredAt: 5, originallyRecordedAt: 1_500_000_000_000_001)])
        // A redacted one says so.
        var redacted = Self.record(type, [])
        redacted.redactedBy = LogPosition(12_345_678_901)
        try expectSame([redacted, Self.record(type, [])])
    }

    @Test("the goldens are of all types")
    func complete() {
        #expect(Self.goldens.count == 51)
    }

    static let texts = [
        "", "a \"quoted\\\" {\"json\": 12345678901234567890}", "\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{E}\u{1B}\u{1F} ",
        "\u{7F}\u{80}\u{85}\u{9F}\u{A0}", "é ✓ \u{2028}\u{2029} 🚀 e\u{301}", "</script> / \\u0041 \\",
        "\u{FFFF}\u{10FFFF}",
    ]

    @Test("texts are escaped as everywhere", arguments: texts)
    func escapes(text: String) throws {
        try expectSame([
            Self.record("session.noted", try SessionEvent.noted(.with { $0.notes = text }).encoded().payload),
            Self.record(
                "session.tagged", try SessionEvent.tagged(.with { $0.tags = [text, text] }).encoded().payload,
                stream: text.isEmpty ? nil : StreamID(.session, text), actor: text),
        ])
    }

    static let numbers: [Double] = [
        .nan, -.nan, .infinity, -.infinity, 0, -0.0, 1, -1, 0.1, 1e15, 1e16, 1e17, 123_456_789_012_345_678, 5e-324,
        .greatestFiniteMagnitude, -1e-7, 9_223_372_036_854_775_808, 1.0e22,
    ]

    @Test("numbers are spelled as everywhere, NaN and the infinities as strings")
    func spellsNumbers() throws {
        let metrics = MetricsReported.with {
            $0.series = [
                .with {
                    $0.name = "m"
                    $0.values = Self.numbers
                    $0.stepDeltas = [.min, .max, 0, -1]
                }
            ]
        }
        let results = try Self.numbers.map { number in
            Self.record(
                "session.result_reported",
                try SessionEvent.resultReported(.with { $0.value = number }).encoded().payload)
        }
        try expectSame(
            results + [
                Self.record("telemetry.metrics_reported", try TelemetryEvent.metricsReported(metrics).encoded().payload)
            ])
    }

    @Test(
        "integers beyond 64 bits with a sign are the doubles next to them",
        arguments: [UInt64(Int64.max) - 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max, 1_000_000_000_000_000_000])
    func longIntegers(step: UInt64) throws {
        let progress = TelemetryEvent.progressReported(
            .with {
                $0.attempt = 1
                $0.step = step
                $0.epochFraction = 0.5
            })
        try expectSame([
            Self.record(progress.type, try progress.encoded().payload, position: max(step, 1), causation: nil)
        ])
    }

    @Test("unknown fields are left out of lines and stay in messages, whatever the order of the fields")
    func unusualPayloads() throws {
        let payload = try SessionEvent.failed(
            .with {
                $0.attempt = 3
                $0.message = "m"
            }
        ).encoded().payload
        // Field 15 as a varint, then the attempt once more, then a mark of checkpoints that nobody knows.
        try expectSame([
            Self.record("session.failed", [0x78, 0x05] + payload + [0x08, 0x04]),
            Self.record("session.checkpoint_saved", [0x52, 0x02, 0x01, 0x63, 0x58, 0x09]),
        ])
    }

    @Test("times are exact whatever came before them")
    func times() throws {
        let times: [Int64] = [
            1_769_903_999_999_999, 1_769_904_000_000_000, 1_769_904_000_000_001, 0, -1, -1_000_000, -999_999, .min,
            .max,
            253_402_300_799_999_999, 253_402_300_800_000_000, 1_769_904_000_500_000,
        ]
        let payload = try SessionEvent.failed(Failed()).encoded().payload
        try expectSame(times.map { Self.record("session.failed", payload, recordedAt: $0, occurredAt: $0 &+ 1) })
    }

    @Test("an event that this version does not know can be sent as a message, not as a line")
    func unknown() throws {
        for record in [
            Self.record("session.exploded", [1, 2]), Self.record("session.failed", [0xFF]),
            Self.record("alert.raised", [1, 2]),
        ] {
            var messages = EventMessageWriter()
            messages.append(record)
            #expect(messages.bytes == (try EventRecord(record).delimitedBytes()))
            var lines = EventLineWriter()
            #expect(throws: EventCodecError.self) { try lines.append(record) }
        }
    }
}
