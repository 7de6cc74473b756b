extension JSONScanner {
    /// Reads the string whose opening quote is next and checks its escapes and its UTF-8.
    mutating func scanText() throws(JSONError) -> JSONText {
        byteOffset += 1
        let start = byteOffset
        var hasEscapes = false
        var isASCII = true
        var position = start
        while true {
            position = skipPlain(from: position)
            guard position < bytes.count else { throw endOfText() }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position = try checkedEscape(at: position)
            } else if byte < 0x20 {
                throw error(
                    .invalidString, "a control character in a string must be written as an escape", at: position)
            } else {
                isASCII = isASCII && byte < 0x80
                position += 1
            }
        }
        let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
        if !isASCII, let offset = content.firstInvalidUTF8Offset() {
            throw error(.invalidString, "a string is not valid UTF-8", at: start + offset)
        }
        byteOffset = position + 1
        return JSONText(bytes: content, byteOffset: start, hasEscapes: hasEscapes)
    }

    /// The first position at or after `position` whose group of eight may hold something to look at: a quote, a
    /// backslash, a control character or a byte above ASCII.
    private func skipPlain(from position: Int) -> Int {
        guard let base = bytes.baseAddress else { return position }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var position = position
        while position + 8 <= bytes.count {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let hits =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                | ((word &- (ones &* 0x20)) & ~word) | word
            let marked = UInt64(littleEndian: hits & highs)
            if marked != 0 { return position + marked.trailingZeroBitCount / 8 }
            position += 8
        }
        return position
    }

    /// Checks the escape at `position` and returns the position after it.
    private func checkedEscape(at position: Int) throws(JSONError) -> Int {
        guard position + 1 < bytes.count else { throw endOfText() }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return position + 2
        case UInt8(ascii: "u"):
            let code = try unicodeEscape(at: position)
            switch code & 0xFC00 {
            case 0xD800:
                let next = position + 6
                guard next + 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u"),
                    try unicodeEscape(at: next) & 0xFC00 == 0xDC00
                else { throw error(.invalidString, "the first half of a surrogate pair stands alone", at: position) }
                return position + 12
            case 0xDC00:
                throw error(.invalidString, "the second half of a surrogate pair stands alone", at: position)
            default: return position + 6
            }
        default: throw error(.invalidString, "a backslash is not followed by a known escape", at: position)
        }
    }

    private func unicodeEscape(at position: Int) throws(JSONError) -> UInt16 {
        guard let code = JSONText.hexadecimal(bytes, at: position + 2) else {
            throw error(.invalidString, "\\u is not followed by four hexadecimal digits", at: position)
        }
        return code
    }
}
