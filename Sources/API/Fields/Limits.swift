/// The size that a field's value may have, as far as the contract `schemas/rest/openapi.yaml` says it.
package indirect enum Limits: Equatable, Sendable {
    case none
    /// The least and the greatest number.
    case range(Double, Double)
    /// The number of bytes of UTF-8 that a text may have.
    case bytes(ClosedRange<Int>)
    /// The number of elements that a list may have, and the size that each may have.
    case elements(ClosedRange<Int>, each: Limits)
    /// The number of entries that an object with free keys may have, and of bytes of UTF-8 that a key may have.
    case entries(ClosedRange<Int>, keys: ClosedRange<Int>)
}
