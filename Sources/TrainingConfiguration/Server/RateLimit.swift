/// The rate at which one client may ask (`rate_limit`).
package struct RateLimit: Equatable, Sendable {
    package let readsPerMinute: Int
    package let writesPerMinute: Int
    /// True when clients of this machine are limited too.
    package let limitsLoopback: Bool

    init(_ section: ResolvedSection) {
        readsPerMinute = section.integer("reads_per_minute")
        writesPerMinute = section.integer("writes_per_minute")
        limitsLoopback = section.bool("loopback")
    }
}
