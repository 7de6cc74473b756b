import JSON
import Testing

@Suite("Scanning JSON")
struct JSONScannerTests {
    @Test("a batch is read without building values")
    func batch() throws {
        let bytes = Array(
            #"{"name":"lo\u0073s","other":{"x":[1,{}]},"steps":[1,2,3],"values":[0.5,"NaN",-Infinity]}"#.utf8)
        var name = ""
        var steps: [Int64] = []
        var values: [Double] = []
        try JSONScanner.scan(bytes) { scanner throws(JSONError) in
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                switch key {
                case "name": name = try scanner.string()
                case "steps":
                    try scanner.beginArray()
                    while try scanner.nextElement() { steps.append(try scanner.integer()) }
                case "values":
                    try scanner.beginArray()
                    while try scanner.nextElement() { values.append(try scanner.number(acceptingStrings: true)) }
                default: try scanner.skipValue()
                }
            }
            try scanner.finish()
        }
        #expect(name == "loss")
        #expect(steps == [1, 2, 3])
        #expect(values.count == 3 && values[0] == 0.5 && values[1].isNaN && values[2] == -.infinity)
    }

    @Test("a value of another kind is refused and named")
    func wrongKind() {
        let cases: [(String, String, (inout JSONScanner) throws(JSONError) -> Void)] = [
            ("\"x\"", "found a string where a number is expected", { s throws(JSONError) in _ = try s.number() }),
            ("1", "found a number where a string is expected", { s throws(JSONError) in _ = try s.string() }),
            ("null", "found null where an object is expected", { s throws(JSONError) in try s.beginObject() }),
            ("{}", "found an object where an array is expected", { s throws(JSONError) in try s.beginArray() }),
            ("1.5", "found a fraction where an integer is expected", { s throws(JSONError) in _ = try s.integer() }),
            ("[]", "found an array where a boolean is expected", { s throws(JSONError) in _ = try s.bool() }),
        ]
        for (text, message, read) in cases {
            let error = #expect(throws: JSONError.self) {
                try JSONScanner.scan(Array(text.utf8)) { scanner throws(JSONError) in try read(&scanner) }
            }
            #expect(error?.code == .wrongKind)
            #expect(error?.message == message)
        }
    }

    @Test("integers outside 64 bits are refused, integral doubles are integers")
    func integers() throws {
        func integer(_ text: String) throws -> Int64 {
            try JSONScanner.scan(Array(text.utf8)) { scanner throws(JSONError) in try scanner.integer() }
        }
        #expect(try integer("1e3") == 1000)
        #expect(try integer("-9223372036854775808") == .min)
        #expect(throws: JSONError.self) { try integer("9223372036854775808") }
        #expect(throws: JSONError.self) { try integer("NaN") }
    }

    @Test("null is read only when it is there")
    func null() throws {
        let found = try JSONScanner.scan(Array("[null,1]".utf8)) { scanner throws(JSONError) in
            try scanner.beginArray()
            var found: [Bool] = []
            while try scanner.nextElement() {
                let isNull = try scanner.null()
                if !isNull { try scanner.skipValue() }
                found.append(isNull)
            }
            return found
        }
        #expect(found == [true, false])
    }
}
