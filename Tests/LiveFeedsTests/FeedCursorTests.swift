import LiveFeeds
import Testing
import Tracking

@Suite("Feed cursor")
struct FeedCursorTests {
    @Test(
        "a cursor is read as it is written",
        arguments: [("0", nil), ("57", nil), ("57.2", 2), ("18446744073709551615", nil)] as [(String, Int?)])
    func roundTrip(text: String, part: Int?) throws {
        let cursor = try #require(FeedCursor(text))
        #expect(cursor.part == part)
        #expect(cursor.description == text)
    }

    @Test(
        "anything else is refused",
        arguments: ["", ".", "1.", ".1", "1.0", "1.2.3", "-1", "+1", "x", "1.x", "18446744073709551616", " 1"])
    func refused(text: String) {
        #expect(FeedCursor(text) == nil)
    }

    @Test("the parts of an event come before its end")
    func order() throws {
        let cursors = try ["1", "2.1", "2.2", "2", "3.1"].map { try #require(FeedCursor($0)) }
        #expect(cursors == cursors.sorted())
        #expect(cursors.map(\.readsAfter.rawValue) == [1, 1, 1, 2, 2])
    }
}
