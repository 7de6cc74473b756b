/// The reason that something could not be written in a format, or read from it.
package struct ExportError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The bytes end too soon or are not of the format.
        case malformed
        /// There is no memory to compress in.
        case outOfMemory
        /// A format's own bound was passed.
        case tooLarge
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
