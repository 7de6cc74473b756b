import HTTPTypes
import Testing
import WebServer

@Suite("Byte ranges and entity tags")
struct ByteRangeTests {
    @Test(
        "a range is cut to the document",
        arguments: [
            ("bytes=0-9", 0..<10), ("bytes=0-0", 0..<1), ("bytes=90-", 90..<100), ("bytes=99-99", 99..<100),
            ("bytes=90-1000", 90..<100), ("bytes=-10", 90..<100), ("bytes=-1000", 0..<100), ("BYTES = 5 - 6", 5..<7),
            ("bytes=1-99999999999999999999999", 1..<100), ("bytes=0-9223372036854775807", 0..<100),
        ])
    func parts(header: String, range: Range<Int>) throws {
        #expect(try ByteRange.requested(by: [.range: header], byteCount: 100, entityTag: nil) == .part(range))
    }

    @Test(
        "what is no single range of bytes asks for everything",
        arguments: [
            "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "lines=0-1", "bytes 0-1", "bytes=0-1,3-4", "", "bytes=+1-2",
            "bytes=1--2",
        ])
    func ignored(header: String) throws {
        #expect(try ByteRange.requested(by: [.range: header], byteCount: 100, entityTag: nil) == .whole)
    }

    @Test("a range beyond the end is 416 with the length", arguments: ["bytes=100-", "bytes=100-200", "bytes=-0"])
    func beyond(header: String) throws {
        let error = #expect(throws: APIError.self) {
            try ByteRange.requested(by: [.range: header], byteCount: 100, entityTag: nil)
        }
        #expect(error?.status == .rangeNotSatisfiable)
        #expect(error?.headers[.contentRange] == "bytes */100")
    }

    @Test("If-Range lets a range hold only for the document it names")
    func ifRange() throws {
        let tag = EntityTag("sha256:ab")
        func range(_ condition: String) throws -> ByteRange {
            try .requested(by: [.range: "bytes=0-1", .ifRange: condition], byteCount: 9, entityTag: tag)
        }
        #expect(try range("\"sha256:ab\"") == .part(0..<2))
        #expect(try range("\"sha256:cd\"") == .whole)
        #expect(try range("W/\"sha256:ab\"") == .whole)
        #expect(try range("Wed, 21 Oct 2015 07:28:00 GMT") == .whole)
    }

    @Test("an entity tag is found in lists, weak or strong, and by a star")
    func entityTags() {
        let tag = EntityTag("a")
        #expect(tag.headerValue == "\"a\"")
        #expect(EntityTag("a", isWeak: true).headerValue == "W/\"a\"")
        for header in ["\"a\"", "\"b\", \"a\"", "W/\"a\"", "*", " \"a\" "] {
            #expect(tag.isHeld(by: [.ifNoneMatch: header]))
        }
        for header in ["", "\"b\"", "a", "\"aa\""] { #expect(!tag.isHeld(by: [.ifNoneMatch: header])) }
        #expect(!tag.isHeld(by: [:]))
        #expect(tag.isExpected(by: [:]))
        #expect(tag.isExpected(by: [.ifMatch: "\"a\""]))
        #expect(!tag.isExpected(by: [.ifMatch: "W/\"a\""]))
        #expect(!tag.isExpected(by: [.ifMatch: "\"b\""]))
    }

    @Test("a download's range is named with the whole length")
    func contentRange() {
        #expect(ByteRange.contentRange(2..<5, of: 10) == "bytes 2-4/10")
    }
}
