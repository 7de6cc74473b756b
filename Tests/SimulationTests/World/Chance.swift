import Synchronization
import TestSupport

/// The one source of what a simulation leaves to chance: the same seed gives the same answers to the same questions.
final class Chance: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    /// A number from 0 up to `count`, which is more than 0.
    func below(_ count: Int) -> Int { generator.withLock { Int.random(in: 0..<count, using: &$0) } }

    /// A number of `range`.
    func number(_ range: ClosedRange<Int>) -> Int { generator.withLock { Int.random(in: range, using: &$0) } }

    /// True once in `count` times.
    func once(in count: Int) -> Bool { below(count) == 0 }

    /// One of `elements`; nil when there are none.
    func element<Element>(of elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// A time of `range`, in milliseconds.
    func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

    /// A seed for something that needs one of its own.
    func seed() -> UInt64 { generator.withLock { $0.next() } }
}
