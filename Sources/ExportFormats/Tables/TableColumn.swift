/// A column of a table that is exported: its name, and what its cells are.
package struct TableColumn: Sendable, Hashable {
    package enum Kind: UInt8, Sendable {
        /// UTF-8.
        case text = 1
        /// 64 bits with a sign.
        case integer = 2
        /// Microseconds since 1970, in UTC.
        case time = 3
        /// A double, NaN and the infinities among them.
        case number = 4
    }

    package var name: String
    package var kind: Kind
    /// True when rows may have no cell here.
    package var isOptional: Bool

    package init(_ name: String, _ kind: Kind, isOptional: Bool = false) {
        self.name = name
        self.kind = kind
        self.isOptional = isOptional
    }
}
