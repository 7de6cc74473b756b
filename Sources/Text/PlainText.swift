/// Text files as editors on every system write them.
package enum PlainText {
    /// The text in `bytes`, which are UTF-8; a byte order mark at the beginning is left out.
    ///
    /// - Throws: when they are another encoding, which is named if its mark tells it.
    package static func decode(_ bytes: some Collection<UInt8>) throws(PlainTextFault) -> String {
        let marks: [([UInt8], String)] = [
            ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xFF, 0xFE], "UTF-16"),
            ([0xFE, 0xFF], "UTF-16"),
        ]
        if let mark = marks.first(where: { bytes.starts(with: $0.0) }) { throw .otherEncoding(mark.1) }
        let content = bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        if let text = String(validating: content, as: UTF8.self) {
            // UTF-16 without its mark has a zero byte beside every ASCII letter.
            guard !content.prefix(1024).contains(0) else { throw .zeroByte }
            return text
        }
        throw .notUTF8(line: line(ofFirstFaultIn: Array(content)))
    }

    /// The line of the first byte that is no UTF-8, counted from 1.
    private static func line(ofFirstFaultIn bytes: [UInt8]) -> Int {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { break }
            line += 1
        }
        return line
    }
}

/// The reason that bytes are not text that is read here; a part of a sentence that begins with the file's name.
package enum PlainTextFault: Error, Equatable, CustomStringConvertible {
    case otherEncoding(String)
    case zeroByte
    case notUTF8(line: Int)

    package var description: String {
        switch self {
        case .otherEncoding(let name): "is \(name); save it as UTF-8"
        case .zeroByte: "has zero bytes, as UTF-16 and binary files do; save it as UTF-8"
        case .notUTF8(let line): "is not UTF-8 in line \(line); save it as UTF-8"
        }
    }
}
