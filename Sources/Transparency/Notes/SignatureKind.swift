/// The kinds of signatures that are read here, by the byte that says so in a key (C2SP signed-note, "signature types").
package enum SignatureKind: UInt8, Hashable, Sendable {
    /// Ed25519 over the text of the note.
    case ed25519 = 0x01
    /// Ed25519 over a time and the text of a tree head: a witness says that it has seen no other history (C2SP
    /// tlog-cosignature).
    case cosignature = 0x04
}
