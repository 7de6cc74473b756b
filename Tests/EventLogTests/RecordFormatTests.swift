import EventLog
import TestSupport
import Testing
import Tracking

@Suite struct RecordFormatTests {
    /// One event of every shape that the format has.
    static let events: [(name: String, event: NewEvent)] = [
        ("small", NewEvent(type: "session_created", payload: [1, 2, 3])),
        ("empty", NewEvent(type: "stopped", schemaVersion: 3, payload: [])),
        (
            "with-time",
            NewEvent(
                type: "epoch_completed", payload: Array("epoch".utf8), occurredAt: Timestamp(rawValue: -1_234_567))
        ),
        (
            "imported",
            NewEvent(
                type: "epoch_completed", payload: Array("epoch".utf8), occurredAt: Timestamp(rawValue: -1_234_567),
                origin: .init(
                    id: EventID(bytes: 1...16), recordedAt: Timestamp(rawValue: 1_600_000_000_000_001), actor: "api"))
        ),
        ("compressed", NewEvent(type: "metrics_reported", payload: Array(repeating: 65, count: 5000))),
        ("incompressible", NewEvent(type: "logs_reported", payload: noise(5000))),
    ]

    static func noise(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// The record of `event` with everything else fixed.
    static func record(_ event: NewEvent) throws -> [UInt8] {
        try RecordEncoding.record(
            of: event, stream: StreamID(.session, "sess_ä"), command: CommandID("cmd")!, actor: "trainer",
            salt: Salt(0x0011_2233_4455_6677, 0x8899_AABB_CCDD_EEFF), position: LogPosition(258),
            version: StreamVersion(3), recordedAt: Timestamp(rawValue: 1_700_000_000_000_000))
    }

    @Test("a record has the bytes it always had", arguments: events.map(\.name).filter { $0 != "compressed" })
    func golden(name: String) throws {
        let event = try #require(RecordFormatTests.events.first { $0.name == name }?.event)
        let text = Hexadecimal.encode(try RecordFormatTests.record(event)) + "\n"
        try Golden.expect(text.utf8, named: "record-1-\(name).hex")
    }

    @Test("what is written is read back", arguments: events.map(\.name))
    func roundTrip(name: String) throws {
        let event = try #require(RecordFormatTests.events.first { $0.name == name }?.event)
        var decoder = RecordDecoder(verifiesDigests: true)
        let recorded = try decoder.decode(try RecordFormatTests.record(event))
        #expect(recorded.position == LogPosition(258) && recorded.version == StreamVersion(3))
        #expect(recorded.stream == StreamID(.session, "sess_ä") && recorded.actor == event.origin?.actor ?? "trainer")
        #expect(recorded.type == event.type && recorded.schemaVersion == event.schemaVersion)
        #expect(recorded.occurredAt == event.occurredAt && recorded.payload == event.payload)
        #expect(recorded.recordedAt == Timestamp(rawValue: 1_700_000_000_000_000))
        #expect(recorded.causation == CommandID("cmd"))
        #expect(recorded.id == event.origin?.id ?? CommandID("cmd")!.eventID(at: 0))
        #expect(recorded.originallyRecordedAt == event.origin?.recordedAt)
        let salt = Array(Array(0..<16 as Range<UInt8>).map { $0 << 4 | $0 })
        #expect(recorded.payloadDigest == Digest(hashing: salt + event.payload))
    }

    @Test("payloads are compressed from 4 KiB up when that makes them smaller")
    func compression() throws {
        let sizes = try RecordFormatTests.events.map { ($0.name, try RecordFormatTests.record($0.event).count) }
        let bytes = Dictionary(uniqueKeysWithValues: sizes)
        #expect(try #require(bytes["compressed"]) < 300)
        #expect(try #require(bytes["incompressible"]) > 5000)
        let below = NewEvent(type: "noted", payload: Array(repeating: 65, count: 4095))
        #expect(try RecordFormatTests.record(below).count > 4095)
    }

    @Test("a record with any one bit changed is refused", arguments: events.map(\.name))
    func bitFlips(name: String) throws {
        let event = try #require(RecordFormatTests.events.first { $0.name == name }?.event)
        let record = try RecordFormatTests.record(event)
        var decoder = RecordDecoder()
        for bit in 0..<record.count * 8 {
            var damaged = record
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: RecordError.self, "bit \(bit)") { try decoder.decode(damaged) }
        }
    }

    @Test("a record that is cut or goes on is refused", arguments: events.map(\.name))
    func lengths(name: String) throws {
        let event = try #require(RecordFormatTests.events.first { $0.name == name }?.event)
        let record = try RecordFormatTests.record(event)
        var decoder = RecordDecoder()
        for count in 0..<record.count {
            #expect(throws: RecordError.self) { try decoder.decode(Array(record.prefix(count))) }
        }
        #expect(throws: RecordError.self) { try decoder.decode(record + [0]) }
        #expect(throws: RecordError.self) { try decoder.decode(record + record) }
    }

    @Test("the body of another record is noticed")
    func swappedBody() throws {
        let one = try RecordFormatTests.record(NewEvent(type: "noted", payload: Array("one".utf8)))
        let two = try RecordFormatTests.record(NewEvent(type: "noted", payload: Array("two".utf8)))
        var decoder = RecordDecoder()
        let bodyCount = 1 + 4 + 16 + 3 + 8
        #expect(throws: RecordError.bodyCheck) {
            try decoder.decode(Array(one.dropLast(bodyCount)) + two.suffix(bodyCount))
        }
    }

    @Test("no bytes stop the decoder, even when their checks are right", arguments: 0..<20 as Range<UInt64>)
    func randomBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var decoder = RecordDecoder(verifiesDigests: true)
        let records = try RecordFormatTests.events.map { try RecordFormatTests.record($0.event) }
        for _ in 0..<2000 {
            var bytes = records.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                // Mostly the first bytes, which hold the lengths.
                let bound = Bool.random(using: &random) ? min(8, bytes.count) : bytes.count
                bytes[Int.random(in: 0..<bound, using: &random)] = .random(in: 0...255, using: &random)
            }
            RecordEncoding.repairChecks(of: &bytes)
            do throws(RecordError) {
                _ = try decoder.decode(bytes)
            } catch {
                #expect(!error.description.isEmpty)
            }
            let noise = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(throws: RecordError.self) { try decoder.decode(noise) }
        }
    }

    @Test("a record of a later format names it")
    func laterFormat() throws {
        var record = try RecordFormatTests.record(NewEvent(type: "noted", payload: []))
        record[0] = 3
        var decoder = RecordDecoder()
        #expect(throws: RecordError.unknownFormat(3)) { try decoder.decode(record) }
    }

    @Test("the checksum is XXH64")
    func checksum() {
        #expect(RecordEncoding.check([]) == 0xEF46_DB37_51D8_E999)
        #expect(RecordEncoding.check(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
        #expect(
            RecordEncoding.check(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x0B24_2D36_1FDA_71BC)
    }
}
