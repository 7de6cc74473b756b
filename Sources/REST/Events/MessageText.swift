import JSON

/// Spells the JSON of protobuf messages as the documents of this API are spelled.
///
/// The two differ in few places: control characters are escaped with small digits, and only those below 32; and an integer
/// that 64 bits with a sign do not hold is written as the double next to it, as it is read.
enum MessageText {
    /// The fewest digits of an integer that may not fit.
    private static let longDigitCount = 19

    /// `json`, one compact JSON object without control characters between its tokens, spelled anew; the same array when
    /// nothing is to be changed.
    static func respelled(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        func replace(_ range: Range<Int>, with bytes: some Sequence<UInt8>) {
            result += json[copied..<range.lowerBound]
            result += bytes
            copied = range.upperBound
        }
        json.withUnsafeBufferPointer { json in
            var place = 0
            while place < json.count {
                switch json[place] {
                case UInt8(ascii: "\""):
                    place += 1
                    while json[place] != UInt8(ascii: "\"") {
                        guard json[place] == UInt8(ascii: "\\") else {
                            place += 1
                            continue
                        }
                        guard json[place + 1] == UInt8(ascii: "u") else {
                            place += 2
                            continue
                        }
                        replace(place..<place + 6, with: character(json[place + 2..<place + 6]))
                        place += 6
                    }
                    place += 1
                case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    let start = place
                    while place < json.count, isNumeric(json[place]) { place += 1 }
                    if place - start >= longDigitCount, let text = integer(json[start..<place]) {
                        replace(start..<place, with: text)
                    }
                default: place += 1
                }
            }
        }
        guard copied > 0 else { return json }
        return result + json[copied...]
    }

    /// The character with the four hexadecimal `digits`, escaped when it has to be.
    private static func character(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        let text = String(decoding: digits, as: UTF8.self)
        guard let code = UInt32(text, radix: 16), let scalar = Unicode.Scalar(code) else {
            preconditionFailure("a message's JSON has no \\u\(text)")
        }
        var writer = JSONWriter()
        writer.string(String(Character(scalar)))
        return Array(writer.bytes.dropFirst().dropLast())
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"):
            true
        default: false
        }
    }

    /// The spelling of the integer `digits` when 64 bits with a sign do not hold it; nil when they do, or when it is none.
    private static func integer(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        guard let value = UInt64(String(decoding: digits, as: UTF8.self)), value > Int64.max else { return nil }
        var writer = JSONWriter()
        writer.number(Double(value))
        return writer.bytes
    }
}
