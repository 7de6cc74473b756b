/// Keeps what was used last, for one owner.
///
/// Two generations: what is used moves to the young one; when `age()` finds that one full it becomes the old one, and what was
/// old goes. So what is in steady use stays, however many others pass by, and nothing leaves between two calls of `age()`.
struct GenerationCache<Key: Hashable, Value> {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    /// The number of values that fill a generation; at most about twice as many stay.
    let generationSize: Int

    init(generationSize: Int) { self.generationSize = generationSize }

    /// True when twice a generation was used since the last call of `age()` that found one full.
    var isOverfull: Bool { young.count >= 2 * generationSize }

    /// The value kept for `key`, if it is still here.
    mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        young[key] = value
        return value
    }

    /// Keeps `value` in the place of the one that `key` had.
    mutating func keep(_ value: Value, for key: Key) {
        if !old.isEmpty { old[key] = nil }
        young[key] = value
    }

    /// Lets go of what was not used for a generation, when there is much else.
    mutating func age() {
        guard young.count >= generationSize else { return }
        old = young
        young = [:]
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
