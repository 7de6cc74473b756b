/// The limits on the size of a configuration. Every limit is far above what a person writes.
package enum ConfigurationLimits {
    /// The largest text, in bytes.
    package static let maximumByteCount = 128 << 10
    /// The deepest nesting of mappings and lists.
    package static let maximumDepth = 16
    /// The most values, counted at every level.
    package static let maximumValueCount = 10_000
    /// The longest key in bytes of UTF-8.
    package static let maximumKeyByteCount = 255
    /// The largest canonical form of a resolved configuration, in bytes: it travels in one event.
    package static let maximumResolvedByteCount = 192 << 10
}
