/// The status line and headers of an answer, read as far as a load needs them.
struct ResponseHead {
    let status: Int
    let bodyByteCount: Int
    let text: String

    /// The index at which the head of an answer that starts `bytes` ends; nil while it is incomplete.
    static func end(in bytes: [UInt8], from start: Int = 0) -> Int? {
        let count = bytes.count
        return bytes.withUnsafeBufferPointer { bytes in
            var index = start + 3
            while index < count {
                // The last of four bytes decides how far the next end can be.
                switch bytes[index] {
                case 10:
                    if bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
                    index += 2
                case 13: index += 1
                default: index += 4
                }
            }
            return nil
        }
    }

    /// The status and the body's length of the head that ends at `end`, without making strings; zeros when they are absent.
    static func outline(of bytes: [UInt8], end: Int) -> (status: Int, bodyByteCount: Int) {
        bytes.withUnsafeBufferPointer { bytes in
            func number(from start: Int) -> Int {
                var value = 0
                var index = start
                while index < end, (48...57).contains(bytes[index]) {
                    value = value * 10 + Int(bytes[index] - 48)
                    index += 1
                }
                return value
            }
            let name = StaticString("content-length: ")
            var index = 0
            while index + name.utf8CodeUnitCount < end {
                guard bytes[index] == 10 else {
                    index += 1
                    continue
                }
                let matches = (0..<name.utf8CodeUnitCount).allSatisfy {
                    bytes[index + 1 + $0] | 0x20 == name.utf8Start[$0] | 0x20
                }
                if matches { return (number(from: 9), number(from: index + 1 + name.utf8CodeUnitCount)) }
                index += 1
            }
            return (number(from: 9), 0)
        }
    }

    /// Reads a whole head; nil when it is none, or says no Content-Length.
    init?(_ bytes: ArraySlice<UInt8>) {
        text = String(decoding: bytes, as: UTF8.self)
        let parts = text.prefix(16).split(separator: " ")
        guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
        self.status = status
        var length: Int?
        for line in text.split(separator: "\r\n").dropFirst() where line.count > 15 {
            guard line.prefix(15).lowercased() == "content-length:" else { continue }
            length = Int(line.dropFirst(15).drop { $0 == " " })
        }
        guard let length else { return nil }
        bodyByteCount = length
    }

    /// The value of the header `name`, in lower case.
    func value(of name: String) -> Substring? {
        for line in text.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { continue }
            return line[line.index(after: colon)...].drop { $0 == " " }
        }
        return nil
    }
}
