/// The most that one read gives: it stops at whichever bound comes first, but gives one event at least.
package struct ReadLimit: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The most events.
    package var count: Int
    /// The most bytes of payload.
    package var byteCount: Int

    package init(count: Int = 1000, byteCount: Int = 4 << 20) {
        self.count = max(count, 1)
        self.byteCount = max(byteCount, 1)
    }

    package init(integerLiteral count: Int) { self.init(count: count) }

    /// 1,000 events or 4 MiB.
    package static let standard = ReadLimit()
}
