/// The limits beyond which a JSON text is refused.
package struct JSONLimits: Equatable, Sendable {
    /// The largest text in bytes.
    package var maximumByteCount: Int
    /// The deepest nesting of arrays and objects; a scalar at the top has depth 0.
    package var maximumDepth: Int

    /// Limits of the given size and depth. The depth is cut to 512, which every thread's stack holds.
    package init(maximumByteCount: Int, maximumDepth: Int) {
        self.maximumByteCount = maximumByteCount
        self.maximumDepth = min(maximumDepth, 512)
    }

    /// 64 MiB and 128 levels.
    package static let `default` = JSONLimits(maximumByteCount: 64 << 20, maximumDepth: 128)
}
