import JSON
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("the writer sets commas and colons")
    func structure() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(1)
        writer.integer(Int64.min)
        writer.integer(UInt64.max)
        writer.number(2.0)
        writer.number(Float(0.1))
        writer.null()
        writer.raw(Array("{}".utf8))
        writer.raw("[]".utf8)
        writer.endArray()
        writer.key("b" as String)
        writer.string("x\"\u{1}")
        writer.key("c")
        writer.beginObject()
        writer.endObject()
        writer.key("d")
        writer.bool(true)
        writer.endObject()
        #expect(
            text(writer.bytes)
                == #"{"a":[1,-9223372036854775808,18446744073709551615,2.0,0.1,null,{},[]],"b":"x\"\u0001","c":{},"d":true}"#
        )
    }

    @Test("pretty text is indented by two")
    func pretty() {
        let value: JSONValue = ["a": [1, 2], "b": [:], "c": [], "d": ["e": "f"]]
        #expect(
            text(value.encoded(pretty: true)) == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": {},
                  "c": [],
                  "d": {
                    "e": "f"
                  }
                }
                """)
    }

    @Test("NaN and the infinities are written as asked")
    func nonfinite() {
        let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity)]
        #expect(text(value.encoded()) == #"["NaN","Infinity","-Infinity"]"#)
        #expect(text(value.encoded(nonfinite: .null)) == "[null,null,null]")
        #expect(text(value.encoded(nonfinite: .token)) == "[NaN,Infinity,-Infinity]")
    }

    @Test(
        "numbers are short and exact",
        arguments: [
            (JSONValue.number(1), "1.0"), (.number(0.1), "0.1"), (.number(-0.0), "-0.0"), (.number(1e300), "1e+300"),
            (.integer(.min), "-9223372036854775808"), (.integer(-7), "-7"), (.integer(1234567), "1234567"),
        ])
    func numbers(value: JSONValue, expected: String) {
        #expect(text(value.encoded()) == expected)
    }

    @Test("lines follow each other without commas, and a cleared writer starts anew")
    func lines() {
        var writer = JSONWriter()
        writer.value(["a": 1])
        writer.newline()
        writer.value(["a": 2])
        writer.newline()
        #expect(text(writer.bytes) == "{\"a\":1}\n{\"a\":2}\n")
        writer.removeAll()
        writer.value([1])
        #expect(text(writer.bytes) == "[1]")
    }
}
