import HTTPTypes
import JSON
import Testing
import WebServer

@Suite("Query reader")
struct QueryReaderTests {
    enum Word: String, CaseIterable { case red, green }

    /// The field that a refusal names.
    static func field(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as APIError {
            return error.status == .unprocessableContent ? error.details["field"]?.stringValue : "\(error.status.code)"
        } catch {
            return "\(error)"
        }
    }

    @Test("values are read with their encoding resolved, the last of several")
    func texts() throws {
        let query = try QueryReader(query: "a=1&a=2&b=x+y%2Bz%C3%A9&c&d=&e==&list=p,q&list=r")
        #expect(query.text("a") == "2")
        #expect(query.texts("a") == ["1", "2"])
        #expect(query.text("b") == "x y+zé")
        #expect(query.text("c") == "")
        #expect(query.text("e") == "=")
        #expect(query.text("f") == nil)
        #expect(query.list("list") == ["p", "q", "r"])
        #expect(query.list("f") == nil)
    }

    @Test("a parameter that is no list comes once")
    func repeatedNames() throws {
        let names = ["a", "list"]
        for query in ["a=1&a=2", "a=1&a=1", "a=1&list=1&%61"] {
            #expect(Self.field { try QueryReader(query: query).requireNames(among: names, lists: ["list"]) } == "a")
        }
        try QueryReader(query: "a=1&list=1&list=2").requireNames(among: names, lists: ["list"])
    }

    @Test("bad encoding is 400", arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "%C3=1"])
    func badEncoding(text: String) {
        #expect(Self.field { _ = try QueryReader(query: text) } == "400")
    }

    @Test("a limit is an integer of at least 1", arguments: ["0", "-1", "x", "1.5", "", "1e3", "99999999999999999999"])
    func badLimits(text: String) throws {
        let query = try QueryReader(query: "limit=\(text)")
        #expect(Self.field { _ = try query.limit() } == "limit")
    }

    @Test("readers give what was written, and nil or their default when it was not")
    func values() throws {
        let query = try QueryReader(
            query: "limit=7&offset=3&x=2.5&named&off=false&word=green&words=red,green&nonfinite=token")
        #expect(try query.limit() == 7)
        #expect(try query.limit("none") == nil)
        #expect(try query.offset() == 3)
        #expect(try query.offset("none") == 0)
        #expect(try query.number("x") == 2.5)
        #expect(try query.flag("named"))
        #expect(try !query.flag("off"))
        #expect(try !query.flag("none"))
        #expect(try query.choice("word", of: Word.self) == .green)
        #expect(try query.choices("words", of: Word.self) == [.red, .green])
        #expect(try query.nonfinite() == .token)
        #expect(try QueryReader(query: "").nonfinite() == .string)
    }

    @Test("readers refuse what their parameter cannot be, and name it")
    func refusals() throws {
        let query = try QueryReader(query: "a=x&big=11&n=nan")
        #expect(Self.field { _ = try query.integer("a", in: 0...1) } == "a")
        #expect(Self.field { _ = try query.limit("big", maximum: 10) } == "big")
        #expect(Self.field { _ = try query.number("n") } == "n")
        #expect(Self.field { _ = try query.flag("a") } == "a")
        #expect(Self.field { _ = try query.choice("a", of: Word.self) } == "a")
        #expect(Self.field { _ = try query.choices("a", of: Word.self) } == "a")
        #expect(Self.field { _ = try QueryReader(query: "nonfinite=x").nonfinite() } == "nonfinite")
    }

    @Test("a parameter that nobody takes is refused with the nearest name, the first of several by name")
    func names() throws {
        let names = ["limit", "offset", "after"]
        try QueryReader(query: "limit=1&offset=2").requireNames(among: names)
        try QueryReader(query: "").requireNames(among: [])
        #expect(Self.field { try QueryReader(query: "limt=1&after=2").requireNames(among: names) } == "limt")
        #expect(Self.field { try QueryReader(query: "z=1&b=1&limit=2").requireNames(among: names) } == "b")
        #expect(Self.field { try QueryReader(query: "Limit=1").requireNames(among: names) } == "Limit")
        let error = #expect(throws: APIError.self) {
            try QueryReader(query: "limt=1").requireNames(among: names)
        }
        #expect(error?.message.contains("limit") == true)
    }
}
