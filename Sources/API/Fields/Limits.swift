/// How large a field's value may be, as far as the contract `schemas/rest/openapi.yaml` says it.
package indirect enum Limits: Equatable, Sendable {
    case none
    /// The least and the greatest number.
    case range(Double, Double)
    /// How many bytes of UTF-8 a text may have.
    case bytes(ClosedRange<Int>)
    /// How many elements a list may have, and how large each may be.
    case elements(ClosedRange<Int>, each: Limits)
    /// How many entries an object with free keys may have, and how many bytes of UTF-8 a key.
    case entries(ClosedRange<Int>, keys: ClosedRange<Int>)
}
