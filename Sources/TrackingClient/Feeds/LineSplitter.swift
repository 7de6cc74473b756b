/// Cuts bytes that arrive in pieces into lines that end with LF, CR or CRLF.
package struct LineSplitter: Sendable {
    /// The most bytes a line may have.
    package let maximumByteCount: Int
    private var unfinished: [UInt8] = []
    private var lastWasCarriageReturn = false

    package init(maximumByteCount: Int) { self.maximumByteCount = maximumByteCount }

    /// The bytes of the line that has not ended yet.
    package var remainder: [UInt8] { unfinished }

    /// The lines that `bytes` complete, without their ends. Throws `unexpectedAnswer` when a line is too long.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(ClientError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            let followsCarriageReturn = lastWasCarriageReturn
            lastWasCarriageReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where followsCarriageReturn: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                lines.append(unfinished)
                unfinished.removeAll(keepingCapacity: true)
            default:
                guard unfinished.count < maximumByteCount else {
                    throw ClientError(
                        .unexpectedAnswer,
                        "The server sent a line of more than \(maximumByteCount) bytes. Is it a PIVOT server?")
                }
                unfinished.append(byte)
            }
        }
        return lines
    }
}
