/// Something that an audit found wrong, in words for people: what it is, and where.
package struct AuditFault: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// The words of what a proof, a note or a bundle is refused with.
    init(_ error: some Error & CustomStringConvertible) {
        self.init(error.description)
    }
}
