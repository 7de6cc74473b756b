import EventLog
import TestSupport
import Testing
import Tracking

/// The form of a record whose content was removed.
@Suite struct RedactedRecordTests {
    private let left = Array("left".utf8)

    private func record() throws -> (whole: [UInt8], redacted: [UInt8]) {
        let whole = try RecordFormatTests.record(NewEvent(type: "session_created", payload: [1, 2, 3]))
        return (whole, try RecordEncoding.redacted(whole, by: LogPosition(300), leaving: left))
    }

    @Test("a redacted record has the bytes it always had")
    func golden() throws {
        try Golden.expect((Hexadecimal.encode(try record().redacted) + "\n").utf8, named: "record-1-redacted.hex")
    }

    @Test("the header stays byte for byte, and the decoder gives what is left and who removed the rest")
    func header() throws {
        let (whole, redacted) = try record()
        let headerByteCount = Int(whole[2]) << 8 | Int(whole[3])
        #expect(redacted.prefix(headerByteCount + 8) == whole.prefix(headerByteCount + 8))
        var decoder = RecordDecoder(verifiesDigests: true)
        let (before, after) = (try decoder.decode(whole), try decoder.decode(redacted))
        #expect(before.redactedBy == nil && after.redactedBy == LogPosition(300) && after.payload == left)
        var expected = before
        (expected.payload, expected.redactedBy) = (left, LogPosition(300))
        #expect(after == expected)
    }

    @Test("a redacted record with any one bit changed, or of another length, is refused")
    func damage() throws {
        let (whole, redacted) = try record()
        var decoder = RecordDecoder()
        for bit in 0..<redacted.count * 8 {
            var damaged = redacted
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: RecordError.self, "bit \(bit)") { try decoder.decode(damaged) }
        }
        for count in 0..<redacted.count {
            #expect(throws: RecordError.self) { try decoder.decode(Array(redacted.prefix(count))) }
        }
        #expect(throws: RecordError.self) { try decoder.decode(redacted + [0]) }
        let early = try RecordEncoding.redacted(whole, by: LogPosition(258), leaving: left)
        #expect(throws: RecordError.field("redaction")) { try decoder.decode(early) }
    }
}
