/// The form in which NaN and the infinities, which JSON has no word for, are written.
package enum NonfiniteStyle: Equatable, Sendable {
    /// As the strings "NaN", "Infinity" and "-Infinity": valid JSON that loses nothing.
    case string
    /// As null: valid JSON.
    case null
    /// As the bare tokens NaN, Infinity and -Infinity, which Python's reader takes and the standard does not.
    case token
}
