extension UnsafeBufferPointer where Element == UInt8 {
    /// The first offset at which the bytes are not well-formed UTF-8 (Unicode 3.9, table 3-7); nil when all are.
    func firstInvalidUTF8Offset() -> Int? {
        var position = 0
        while position < count {
            let first = self[position]
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch first {
            case 0x00...0x7F:
                position += 1
                continue
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: length = 3
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: length = 4
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return position
            }
            guard position + length <= count, second.contains(self[position + 1]) else { return position }
            for offset in 2..<Swift.max(length, 2) where self[position + offset] & 0xC0 != 0x80 { return position }
            position += length
        }
        return nil
    }
}
