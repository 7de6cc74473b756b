import Foundation
import JSON
import TestSupport
import Testing

@Suite("Properties of JSON reading and writing")
struct JSONPropertyTests {
    @Test("what is written reads back equal, in every style", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value = randomValue(depth: 4, &generator)
            for pretty in [false, true] {
                let bytes = value.encoded(nonfinite: .token, pretty: pretty)
                #expect(try JSONValue.parse(bytes) == value)
                #expect(try skips(bytes))
            }
        }
    }

    @Test("Foundation reads what is written to the same values", arguments: 0..<10 as Range<UInt64>)
    func foundationAgrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<30 {
            let value = randomValue(depth: 3, &generator)
            let bytes = value.encoded(pretty: seed % 2 == 0)
            let object = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let again = try JSONSerialization.data(withJSONObject: object, options: .fragmentsAllowed)
            // Foundation drops the difference between 1 and 1.0; doubles compare it away.
            #expect(try loosely(JSONValue.parse(again)) == loosely(JSONValue.parse(bytes)))
        }
    }

    @Test("a damaged text is accepted exactly when Foundation accepts it", arguments: 0..<20 as Range<UInt64>)
    func acceptanceAgrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 2000)
        let alphabet = Array(#"{}[]:,"\0123456789.eE+-truefalsn ux"#.utf8)
        var accepted = 0
        for _ in 0..<300 {
            var bytes = randomValue(depth: 2, &generator).encoded()
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = alphabet.randomElement(using: &generator) ?? 0
                case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: position)
                default: if bytes.count > 1 { bytes.remove(at: position) }
                }
            }
            let theirs: Bool
            do {
                _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
                theirs = true
            } catch { theirs = false }
            let ours: Bool
            do throws(JSONError) {
                _ = try JSONValue.parse(bytes)
                ours = true
            } catch {
                // The two places where this reader is stricter on purpose.
                if error.code == .duplicateKey { continue }
                ours = false
            }
            if ours { accepted += 1 }
            #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 50)
    }

    @Test("no bytes make the reader trap, and errors point into the text", arguments: 0..<20 as Range<UInt64>)
    func neverTraps(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &+ 3000)
        let alphabet = Array(#"{}[]:,"\u0d8 1.5e-NaInfity"#.utf8) + [0xC3, 0xA9, 0xFF, 0x00, 0x0A]
        for round in 0..<2000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in
                round % 2 == 0
                    ? UInt8.random(in: .min ... .max, using: &generator)
                    : alphabet.randomElement(using: &generator) ?? 0
            }
            do throws(JSONError) {
                let value = try JSONValue.parse(bytes)
                #expect(!value.encoded().isEmpty)
            } catch {
                #expect(0...bytes.count ~= error.byteOffset)
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
    }

    @Test(
        "doubles of any bits read back as the same bits, also with digits to spare", arguments: 0..<20 as Range<UInt64>)
    func doublesAreExact(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 4000)
        for round in 0..<2000 {
            let double =
                round % 2 == 0
                ? Double(bitPattern: generator.next()) : Double.random(in: -100...100, using: &generator)
            guard double.isFinite else { continue }
            var texts = [double.description, String(format: "%.17g", double), String(format: "%.25e", double)]
            // Random digits, not the shortest of anything: strtod is the judge.
            let digits = String(generator.next())
            texts.append(
                "\(digits.prefix(1)).\(digits.dropFirst().prefix(Int.random(in: 1...18, using: &generator)))e\(Int.random(in: -30...30, using: &generator))"
            )
            for text in texts {
                let expected = strtod(text, nil)
                let read = try JSONValue.parse(Array(text.utf8)).doubleValue
                #expect(read?.bitPattern == expected.bitPattern, "\(text)")
            }
        }
    }

    private func skips(_ bytes: [UInt8]) throws(JSONError) -> Bool {
        try JSONScanner.scan(bytes) { scanner throws(JSONError) in
            try scanner.skipValue()
            try scanner.finish()
            return scanner.byteOffset == bytes.count
        }
    }

    private func loosely(_ value: JSONValue) -> JSONValue {
        switch value {
        case .integer(let integer): .number(Double(integer))
        case .array(let elements): .array(elements.map(loosely))
        case .object(let object): .object(JSONObject(uniqueKeysWithValues: object.map { ($0.key, loosely($0.value)) }))
        default: value
        }
    }

    private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3: return .number(Double.random(in: -1...1, using: &generator))
        case 4:
            let double = Double(bitPattern: generator.next())
            return .number(double.isFinite ? double : 0.5)
        case 5: return .string(randomString(&generator))
        case 6, 7:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                object.append(randomValue(depth: depth - 1, &generator), forKey: randomString(&generator))
            }
            return .object(object)
        default:
            return .array(
                (0..<Int.random(in: 0...8, using: &generator)).map { _ in randomValue(depth: depth - 1, &generator) })
        }
    }

    private func randomString(_ generator: inout SeededGenerator) -> String {
        let scalars: [Unicode.Scalar] = ["a", "b", "z", "\"", "\\", "/", "\n", "\0", "\u{1F}", "\u{7F}", "é", "€", "😀"]
        var string = ""
        for _ in 0..<Int.random(in: 0...24, using: &generator) {
            string.unicodeScalars.append(scalars.randomElement(using: &generator) ?? "a")
        }
        return string
    }
}
