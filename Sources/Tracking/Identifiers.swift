/// The spelling of the ids of created things.
package enum Identifiers {
    /// 16 hexadecimal digits that `command` and `kind` decide: the same command names the same thing again.
    package static func suffix(for kind: String, of command: CommandID) -> String {
        String(Digest(hashing: Array((kind + "\u{0}" + command.text).utf8)).hex.prefix(16))
    }

    /// True when `byte` may stand in an id: letters, digits, `_` and `-`.
    package static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
