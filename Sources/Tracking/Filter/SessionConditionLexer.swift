/// Cuts a text of the filter language into words, strings and signs.
struct SessionConditionLexer {
    /// One piece of the text.
    enum Token: Equatable {
        /// A bare word: a field, a keyword, a number or a text without quotes. Quoted parts of a field are joined in.
        case word(String)
        case string(String)
        case sign(String)
        case end
    }

    private let bytes: [UInt8]
    private var place = 0
    /// The place where the token that was read last begins.
    private(set) var tokenStart = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next piece.
    mutating func next() throws(SessionConditionError) -> Token {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        tokenStart = place
        guard place < bytes.count else { return .end }
        switch bytes[place] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return .string(try quoted())
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","):
            place += 1
            return .sign(String(UnicodeScalar(bytes[place - 1])))
        case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"):
            return .sign(try comparison())
        case let byte where SessionConditionLexer.isWord(byte):
            return .word(try word())
        default:
            let character = String(decoding: bytes[place...].prefix(16), as: UTF8.self).first.map(String.init) ?? ""
            throw SessionConditionError(
                .unexpected, "'\(character)' has no meaning here; text stands in quotes", at: place)
        }
    }

    /// The word that begins at `start`, as it was written.
    func spelling(from start: Int) -> String {
        String(decoding: bytes[start...].prefix { SessionConditionLexer.isWord($0) }, as: UTF8.self)
    }

    private mutating func comparison() throws(SessionConditionError) -> String {
        for sign in ["==", "!=", "<=", ">=", "!~", "=", "<", ">", "~"] where bytes[place...].starts(with: sign.utf8) {
            place += sign.utf8.count
            return sign == "==" ? "=" : sign
        }
        throw SessionConditionError(.unexpected, "'!' is only allowed in '!=' and '!~'", at: place)
    }

    private mutating func word() throws(SessionConditionError) -> String {
        var word: [UInt8] = []
        while place < bytes.count {
            if SessionConditionLexer.isWord(bytes[place]) {
                word.append(bytes[place])
                place += 1
            } else if bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'"),
                word.last == UInt8(ascii: ".")
            {
                word += Array(try quoted().utf8)
            } else {
                break
            }
        }
        return String(decoding: word, as: UTF8.self)
    }

    /// A string from its opening quote on; a backslash takes the next character as it is.
    private mutating func quoted() throws(SessionConditionError) -> String {
        let start = place
        let quote = bytes[place]
        var text: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), place < bytes.count {
                text.append(bytes[place])
                place += 1
            } else {
                text.append(byte)
            }
        }
        throw SessionConditionError(.openString, "The string has no closing quote", at: start)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "%"), 0x80...0xFF:
            true
        default: false
        }
    }
}
