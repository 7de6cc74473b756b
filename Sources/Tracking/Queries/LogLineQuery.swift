/// A question about what a session's processes printed and logged.
package struct LogLineQuery: Sendable {
    /// The most lines that one answer looks at, and the bytes of their texts at which it ends.
    package static let mostLines = 10_000
    package static let mostBytes = 8 << 20

    /// Only lines with a greater number.
    package var after: UInt64 = 0
    package var limit = 100
    /// Only lines of this process.
    package var rank: UInt32?
    /// Only lines of stdout, stderr or log.
    package var source: String?
    /// Only lines that contain it, in any case.
    package var text: String?

    package init() {}
}
