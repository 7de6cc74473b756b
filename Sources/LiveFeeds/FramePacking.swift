/// Puts the elements of a long list into as few frames as hold them.
enum FramePacking {
    /// The elements joined with commas, in order, each text at most `limit` bytes unless one element alone is longer;
    /// one empty text when there are none.
    static func packed(_ elements: [[UInt8]], limit: Int) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var text: [UInt8] = []
        var isEmpty = true
        for element in elements {
            if !isEmpty && text.count + 1 + element.count > limit {
                texts.append(text)
                text = []
                isEmpty = true
            }
            if !isEmpty { text.append(UInt8(ascii: ",")) }
            text += element
            isEmpty = false
        }
        texts.append(text)
        return texts
    }

    /// Pieces of `text` of at most `limit` bytes each, cut between code points; `limit` is at least 4.
    static func pieces(of text: String, limit: Int) -> [Substring] {
        guard text.utf8.count > limit else { return [text[...]] }
        var pieces: [Substring] = []
        var rest = text[...]
        while rest.utf8.count > limit {
            var cut = rest.utf8.index(rest.startIndex, offsetBy: limit)
            while cut.samePosition(in: text.unicodeScalars) == nil { cut = text.utf8.index(before: cut) }
            pieces.append(rest[..<cut])
            rest = rest[cut...]
        }
        pieces.append(rest)
        return pieces
    }
}
