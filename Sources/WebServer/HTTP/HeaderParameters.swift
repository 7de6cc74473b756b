/// A header of the form `value; name=token; name="quoted"` (RFC 9110, section 5.6.6).
struct HeaderParameters {
    /// The text before the first semicolon.
    let value: String
    /// Each parameter once, names in lower case.
    private var parameters: [String: String] = [:]

    /// Reads `header`; nil when a quote does not end, a name is empty or a name comes twice.
    init?(_ header: String) {
        var rest = Substring(header)
        value = String(Self.trimmed(Self.take(until: ";", from: &rest)))
        while let separator = rest.first, separator == ";" {
            rest.removeFirst()
            rest = rest.drop { $0 == " " || $0 == "\t" }
            if rest.isEmpty { break }
            let name = Self.trimmed(rest.prefix { $0 != "=" && $0 != ";" }).lowercased()
            rest = rest.drop { $0 != "=" && $0 != ";" }
            guard !name.isEmpty, rest.first == "=" else { return nil }
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let text: String
            if rest.first == "\"" {
                guard let quoted = Self.takeQuoted(from: &rest) else { return nil }
                text = quoted
                rest = rest.drop { $0 == " " || $0 == "\t" }
                guard rest.isEmpty || rest.first == ";" else { return nil }
            } else {
                text = String(Self.trimmed(Self.take(until: ";", from: &rest)))
            }
            guard parameters.updateValue(text, forKey: name) == nil else { return nil }
        }
    }

    /// The parameter called `name`, in lower case.
    subscript(name: String) -> String? { parameters[name] }

    private static func take(until separator: Character, from rest: inout Substring) -> Substring {
        let head = rest.prefix { $0 != separator }
        rest = rest.dropFirst(head.count)
        return head
    }

    /// A quoted string with its escapes resolved; `\` before anything but a quote or itself stays, since browsers send
    /// Windows paths so.
    private static func takeQuoted(from rest: inout Substring) -> String? {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                if let next = rest.first, next == "\"" || next == "\\" {
                    text.append(next)
                    rest.removeFirst()
                } else {
                    text.append(character)
                }
            default: text.append(character)
            }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
