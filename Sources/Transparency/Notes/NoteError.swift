/// The reason that a note, a key or a signed tree head is not valid.
package enum NoteError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text of a key is not one.
    case key(KeyFault)
    /// The note has more bytes than are read.
    case tooLong(byteCount: Int)
    /// The note is not UTF-8.
    case encoding
    /// The text does not end with a newline, or has control characters.
    case text
    /// No blank line with signatures after it.
    case noSignatures
    case tooManySignatures(Int)
    /// The signature line of this number, from 1, is not one.
    case signatureLine(Int, LineFault)
    /// The signature that names this key was not made by it over this text.
    case signature(KeyName)
    /// The note was signed by these, and none of them is trusted.
    case unknownSigners([KeyName])
    /// The system did not sign.
    case signing(KeyName)
    /// The text of a note is not a tree head.
    case treeHead(TreeHeadFault)
    /// The tree head is another log's.
    case origin(String, expected: String)

    package enum KeyFault: Equatable, Sendable {
        case form, name, idForm, kind(UInt8), material
        case id(given: UInt32, computed: UInt32)
    }

    package enum LineFault: Equatable, Sendable {
        case form, name, base64, tooShort
    }

    package enum TreeHeadFault: Equatable, Sendable {
        case lineCount, origin, size, root, extensionLine
    }

    package var description: String {
        switch self {
        case .key(let fault): "The key is not valid: \(fault.words)."
        case .tooLong(let byteCount): "The note has \(byteCount) bytes; at most \(Note.maximumByteCount) are read."
        case .encoding: "The note is not UTF-8."
        case .text: "The text of a note ends with a newline and has no control characters but newlines."
        case .noSignatures: "The note has no signatures: a blank line and one line for each must follow the text."
        case .tooManySignatures(let count):
            "The note has \(count) signatures; at most \(Note.maximumSignatureCount) are read."
        case .signatureLine(let number, let fault): "Signature \(number) of the note is not valid: \(fault.words)."
        case .signature(let name): "The signature of \(name) does not fit the text: one of the two was changed."
        case .unknownSigners(let names):
            "The note was signed by \(names.map(\.text).joined(separator: ", ")), and by no key that is trusted."
        case .signing(let name): "The note could not be signed with the key \(name)."
        case .treeHead(let fault): "The note is not a tree head: \(fault.words)."
        case .origin(let origin, let expected): "The tree head is of the log '\(origin)', not of '\(expected)'."
        }
    }
}

extension NoteError.KeyFault {
    var words: String {
        switch self {
        case .form: "it consists of a name, an id and the key itself, with plus signs between them"
        case .name: "its name is empty, or has spaces or control characters"
        case .idForm: "its id is not eight lower-case hexadecimal digits"
        case .kind(let byte): "kind \(byte) is not read here; Ed25519 (1) and cosignatures by it (4) are"
        case .material: "after its kind, in base64, there are not the 32 bytes of an Ed25519 key"
        case .id(let given, let computed):
            "its id is \(given.eightDigits), and name and key give \(computed.eightDigits)"
        }
    }
}

extension NoteError.LineFault {
    var words: String {
        switch self {
        case .form: "it is not a dash (U+2014), a name and a signature with single spaces between them"
        case .name: "its name is empty or has spaces, plus signs or control characters"
        case .base64: "its signature is not base64"
        case .tooShort: "its signature has no bytes after the key's id"
        }
    }
}

extension NoteError.TreeHeadFault {
    var words: String {
        switch self {
        case .lineCount: "it has fewer than three lines"
        case .origin: "its first line, the name of the log, is empty"
        case .size: "its second line is not the tree's size as a number without leading zeros"
        case .root: "its third line is not the base64 of a root of 32 bytes"
        case .extensionLine: "one of the lines after the root is empty"
        }
    }
}
