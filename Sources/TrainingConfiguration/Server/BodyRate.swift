/// The rate at which the body of a request must arrive (`body_rate`).
package struct BodyRate: Equatable, Sendable {
    /// Bytes a second; 0 for any.
    package let minimumByteRate: Int
    /// The time over which it is averaged.
    package let window: Duration

    init(_ section: ResolvedSection) {
        minimumByteRate = section.integer("minimum")
        window = .milliseconds(Int64(section.number("window_seconds") * 1000))
    }
}
