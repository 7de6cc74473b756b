/// Keeps the blob of one `put` from the sweep until `release(_:)`.
///
/// The caller releases it once the event that names the blob is appended or refused. Pins end with the process; from
/// then on the grace period protects what they protected.
package struct BlobPin: Hashable, Sendable {
    /// Tells the pins of one store apart.
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
}
