/// The reason that bytes could not be unpacked or packed.
package enum ZlibError: Error, Equatable, CustomStringConvertible {
    /// The bytes end before their stream does.
    case truncated
    /// The bytes are no stream of the format, or are damaged; the text is the library's reason.
    case malformed(reason: String)
    /// The content does not have the checksum or the length that the stream tells.
    case wrongChecksum
    /// The content would be larger than the caller allows.
    case tooLarge(maximumByteCount: Int)
    /// The library could not allocate its working memory.
    case outOfMemory

    package var description: String {
        switch self {
        case .truncated: "The packed data end too soon. Copy the file again."
        case .malformed(let reason): "The packed data are damaged: \(reason). Copy the file again."
        case .wrongChecksum: "The packed data do not match their checksum. Copy the file again."
        case .tooLarge(let maximum): "The packed data hold more than the \(maximum) bytes allowed here."
        case .outOfMemory: "There is not enough memory for unpacking. Free some, or do less at once."
        }
    }
}
