import Foundation
import JSON
import Testing

@Suite("Reading JSON")
struct JSONParsingTests {
    private func parse(_ text: String, limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try JSONValue.parse(Array(text.utf8), limits: limits)
    }

    @Test("every kind of value is read")
    func kinds() throws {
        let value = try parse(#" {"a":[1,-2,3.5,1e3,true,false,null,"x"],"b":{},"c":[]} "#)
        #expect(
            value == [
                "a": [1, -2, 3.5, 1000.0, true, false, nil, "x"], "b": [:], "c": [],
            ])
        #expect(value.objectValue?.keys == ["a", "b", "c"])
    }

    @Test(
        "numbers keep their exact value",
        arguments: [
            ("0", JSONValue.integer(0)), ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.0", .number(1)), ("0.1", .number(0.1)), ("1e22", .number(1e22)), ("1E+2", .number(100)),
            ("123456789012345678901234567890", .number(123_456_789_012_345_677_877_719_597_056)),
            ("0.000000000000000000000000000012345", .number(1.2345e-29)), ("1e-400", .number(0)),
            ("5e-324", .number(.leastNonzeroMagnitude)), ("1.7976931348623157e308", .number(1.7976931348623157e308)),
            ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)), ("0e999999999999", .number(0)),
        ])
    func numbers(text: String, expected: JSONValue) throws {
        let value = try parse(text)
        #expect(value == expected)
        #expect(value.doubleValue?.bitPattern == expected.doubleValue?.bitPattern)
    }

    @Test("the token NaN is a number")
    func notANumber() throws {
        #expect(try parse("NaN").doubleValue?.isNaN == true)
    }

    @Test(
        "escapes are resolved",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00!""#, "😀!"),
            (#""plain é 😀 text that is longer than eight""#, "plain é 😀 text that is longer than eight"),
            (#""\u0000""#, "\0"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try parse(text).stringValue == expected)
    }

    @Test(
        "what is not JSON is refused with its place",
        arguments: [
            ("", JSONError.Code.unexpectedEnd, 0), ("[1,]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3),
            ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
            ("01", .unexpectedByte, 0), ("1.", .unexpectedEnd, 2), ("1.x", .unexpectedByte, 2),
            (".5", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), ("-", .unexpectedEnd, 1),
            ("1e", .unexpectedEnd, 2), ("tru", .unexpectedEnd, 3), ("trux", .unexpectedByte, 0),
            ("-NaN", .unexpectedByte, 1), ("nul", .unexpectedEnd, 3), ("1 2", .unexpectedByte, 2),
            ("\"abc", .unexpectedEnd, 4), ("\"a\nb\"", .invalidString, 2), (#""\x""#, .invalidString, 1),
            (#""\ud800""#, .invalidString, 1), (#""\udc00""#, .invalidString, 1),
            (#""\ud800\u0041""#, .invalidString, 1),
            (#""\u12g4""#, .invalidString, 1), ("1e400", .numberOutOfRange, 0), ("[", .unexpectedEnd, 1),
            ("]", .unexpectedByte, 0), ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateKey, 13), ("[1}", .unexpectedByte, 2),
            ("{\"a\":1]", .unexpectedByte, 6), ("{,}", .unexpectedByte, 1), ("[,1]", .unexpectedByte, 1),
        ])
    func refusals(text: String, code: JSONError.Code, offset: Int) {
        let error = #expect(throws: JSONError.self) { try parse(text) }
        #expect(error?.code == code)
        #expect(error?.byteOffset == offset)
    }

    @Test("an error names line and column in characters")
    func errorPlace() {
        let error = #expect(throws: JSONError.self) { try parse("{\n  \"é\": 1,\n  \"é2\": x}") }
        #expect(error?.line == 3)
        #expect(error?.column == 9)
        #expect(error?.description == "found 'x' where a value is expected (line 3, column 9)")
    }

    @Test(
        "invalid UTF-8 is refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        let quote: [UInt8] = [0x22]
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse(quote + Array("0123456".utf8) + bytes + quote)
        }
        #expect(error?.code == .invalidString)
        #expect(error?.byteOffset == 8)
    }

    @Test("depth and size have limits that are exact")
    func limits() throws {
        let limits = JSONLimits(maximumByteCount: 20, maximumDepth: 3)
        #expect(try parse("[[[1]]]", limits: limits) == [[[1]]])
        #expect(throws: JSONError.self) { try parse("[[[[1]]]]", limits: limits) }
        #expect(try parse(String(repeating: " ", count: 19) + "1", limits: limits) == 1)
        let error = #expect(throws: JSONError.self) {
            try parse(String(repeating: " ", count: 20) + "1", limits: limits)
        }
        #expect(error?.code == .tooLarge)
        let deep = #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(deep?.code == .tooDeep)
    }

    @Test("a byte order mark is skipped and slices are read like arrays")
    func slicesAndMark() throws {
        #expect(try JSONValue.parse([0xEF, 0xBB, 0xBF] + Array("[1]".utf8)) == [1])
        let bytes = Array("xx[true]yy".utf8)
        #expect(try JSONValue.parse(bytes[2..<8]) == [true])
        #expect(try JSONValue.parse("[true]".utf8) == [true])
        #expect(try JSONValue.parse(Array("[true]".utf8).lazy.map { $0 }) == [true])
    }

    @Test("objects of many keys are searched and compared in any order")
    func largeObjects() throws {
        let keys = (0..<100).map { "key\($0)" }
        var forward = JSONObject()
        for key in keys { forward.append(.string(key), forKey: key) }
        var backward = JSONObject(uniqueKeysWithValues: keys.reversed().map { ($0, JSONValue.string($0)) })
        #expect(forward == backward)
        #expect(keys.allSatisfy { forward[$0] == .string($0) })
        #expect(forward.append(1, forKey: "key50") == false)
        backward["key50"] = nil
        #expect(backward["key50"] == nil)
        #expect(backward["key51"] == "key51")
        #expect(backward.count == 99)
        #expect(forward != backward)
        backward["key50"] = "key50"
        #expect(forward == backward)
        #expect(backward.keys.last == "key50")
    }

    @Test("sorted keys follow the order of their bytes at every level")
    func sortedKeys() throws {
        let value = try parse(#"{"b":1,"a":[{"z":1,"y":2}],"B":{"é":1,"e":2}}"#).sortingKeys()
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"B":{"e":2,"é":1},"a":[{"y":2,"z":1}],"b":1}"#)
    }
}
