/// A string of a JSON text, still where it was read: valid UTF-8 with valid escapes.
///
/// It may be used only as long as the memory the scanner reads stays valid; `string` copies it out.
package struct JSONText {
    /// The bytes between the quotes, escapes not resolved.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// The place of the first of them in the scanned text.
    package let byteOffset: Int
    /// True when there are escapes to resolve.
    package let hasEscapes: Bool

    /// The string, escapes resolved.
    package var string: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: resolved(), as: UTF8.self)
    }

    /// True when the string is `expected`; builds a string only to resolve escapes.
    package static func == (text: JSONText, expected: StaticString) -> Bool {
        if text.hasEscapes { return text.string == expected.description }
        guard text.bytes.count == expected.utf8CodeUnitCount else { return false }
        return expected.withUTF8Buffer { $0.elementsEqual(text.bytes) }
    }

    /// Lets `switch text` match string literals.
    package static func ~= (expected: StaticString, text: JSONText) -> Bool { text == expected }

    /// The bytes with every escape resolved. The scanner has checked that escapes are whole and surrogates paired.
    private func resolved() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let letter = bytes[position]
            position += 1
            switch letter {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): appendUnicodeEscape(at: &position, to: &result)
            default: result.append(letter)
            }
        }
        return result
    }

    /// Appends the scalar whose four hexadecimal digits begin at `position`, with its second surrogate if it has one.
    private func appendUnicodeEscape(at position: inout Int, to result: inout [UInt8]) {
        var code = UInt32(JSONText.hexadecimal(bytes, at: position) ?? 0)
        position += 4
        if code & 0xFC00 == 0xD800 {
            let low = UInt32(JSONText.hexadecimal(bytes, at: position + 2) ?? 0)
            position += 6
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// The value of four hexadecimal digits at `position`; nil when they are not there.
    static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
