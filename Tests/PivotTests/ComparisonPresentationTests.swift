import API
import JSON
import Testing
import pivot

@Suite("A comparison as tables")
struct ComparisonPresentationTests {
    private func lines(_ json: String, width: Int? = nil) throws -> [String] {
        let comparison = try ComparisonInfo(try JSONValue.parse(Array(json.utf8)), strictly: false)
        return ComparisonPresentation(comparison).lines(width: width)
    }

    @Test("each section is a table, absent values are dashes, and the counts come last")
    func tables() throws {
        let lines = try lines(
            """
            {"sessions":[{"session_id":"sess_a","session_name":"one","status":"completed"},{"session_id":"sess_b","session_name":"two","status":"completed"}],"equal_count":7,"different_count":2,
             "sections":[{"name":"metrics","rows":[
              {"key":"val_loss","values":[0.5,0.25],"equal":false,"difference":-0.25},
              {"key":"val_dice","values":[null,"NaN"],"equal":false}]}]}
            """)
        #expect(
            lines == [
                "sess_a  one", "sess_b  two", "",
                "METRICS   sess_a  sess_b  DIFFERENCE", "val_loss  0.5     0.25       -0.2500", "val_dice  –       NaN",
                "",
                "2 values differ, 7 are equal.",
            ])
    }

    @Test("long values that begin alike are shown from before the place where they part")
    func longValues() throws {
        let common = String(repeating: "a", count: 50)
        let lines = try lines(
            """
            {"sessions":[{"session_id":"sess_a","session_name":"","status":"failed"},{"session_id":"sess_b","session_name":"","status":"failed"}],"equal_count":0,"different_count":1,
             "sections":[{"name":"code","rows":[{"key":"command_line","values":["\(common)1","\(common)2"],"equal":false}]}]}
            """)
        #expect(lines[4].contains("…aaaaaaaa1") && lines[4].contains("…aaaaaaaa2"))
    }

    @Test("nothing that differs is said in a sentence")
    func same() throws {
        #expect(
            try lines(#"{"sessions":[],"sections":[],"equal_count":3,"different_count":0}"#) == [
                "", "Nothing differs; 3 values are equal.",
            ])
    }
}
