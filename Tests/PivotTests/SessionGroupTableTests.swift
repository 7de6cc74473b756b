import API
import JSON
import Testing
import pivot

@Suite("Groups of sessions as a table")
struct SessionGroupTableTests {
    @Test("a number is its mean, its spread and how many have it; a group without any has none")
    func table() throws {
        let json = """
            {"by":"params.lr","total":3,"total_sessions":6,"limit":100,"offset":0,"groups":[
             {"group":0.1,"sessions":3,"session_ids":[],"values":[{"field":"metrics.loss","mean":0.5,"std":0.25,"count":2}]},
             {"group":"high","sessions":2,"session_ids":[],"values":[{"field":"metrics.loss","mean":1,"std":"NaN","count":1}]},
             {"sessions":1,"session_ids":[],"values":[{"field":"metrics.loss","count":0}]}]}
            """
        let list = try SessionGroupList(try JSONValue.parse(Array(json.utf8)), strictly: false)
        #expect(
            GroupSessionsCommand.table(list, ["metrics.loss"]).lines(width: nil) == [
                "PARAMS.LR  SESSIONS         METRICS.LOSS",
                "0.1               3  0.5000 ± 0.2500 (2)",
                "high              2            1.000 (1)",
                "none              1",
            ])
    }
}
