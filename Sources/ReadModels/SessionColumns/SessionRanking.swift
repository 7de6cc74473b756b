import Glibc
import Tracking

/// The sessions of a selection by the values of an order: numbers before texts, then those without a value; equal ones and
/// those without follow newest first.
///
/// Only the page that is asked for is sorted. The sessions before it are separated from the rest without being sorted, in time
/// that grows with the number of sessions. Those behind it are dropped now and then, so that the first pages of any number
/// of sessions take little memory. It refers to texts where they lie, so it ends with its snapshot.
struct SessionRanking {
    private struct Numbered: Comparable {
        /// The value's rank: smaller ones come first.
        var key: UInt64
        var session: UInt32

        static func < (left: Self, right: Self) -> Bool {
            left.key != right.key ? left.key < right.key : left.session > right.session
        }
    }

    private struct Texted {
        var text: UnsafeRawBufferPointer
        /// The bytes in which texts first differ; the text decides between equals.
        var key: UInt64 = 0
        var session: UInt32
    }

    private var numbered: [Numbered] = []
    private var texted: [Texted] = []
    /// Those without a value.
    private var rest: SessionMask
    private let isDescending: Bool
    /// The page, of all sessions.
    private let page: Range<Int>
    /// The most sessions that are kept of either kind before those behind the page are dropped.
    private let capacity: Int

    private static let leastCapacity = 2048

    /// Ranks `sessions` for the page of at most `limit` sessions after the first `offset`.
    init(_ sessions: SessionMask, isDescending: Bool, limit: Int, offset: Int) {
        rest = sessions
        self.isDescending = isDescending
        let count = sessions.count
        let start = min(offset, count)
        page = start..<start + min(limit, count - start)
        capacity = min(max(2 * page.upperBound, Self.leastCapacity), count)
    }

    /// Places a session by a number; NaN counts as no value.
    mutating func add(_ number: Double, chunk: Int, place: Int) {
        guard !number.isNaN else { return }
        // Adding 0 makes -0 equal to 0; the bits of negative numbers fall as the numbers rise.
        let bits = (number + 0).bitPattern
        let key = bits >> 63 == 1 ? ~bits : bits | 1 << 63
        if numbered.isEmpty { numbered.reserveCapacity(capacity) }
        if numbered.count == capacity { _ = keepNumbers(at: 0..<page.upperBound) }
        numbered.append(Numbered(key: isDescending ? ~key : key, session: take(chunk, place)))
    }

    /// Places a session by a text.
    mutating func add(_ text: UnsafeRawBufferPointer, chunk: Int, place: Int) {
        if texted.isEmpty { texted.reserveCapacity(capacity) }
        if texted.count == capacity { _ = keepTexts(at: 0..<page.upperBound) }
        texted.append(Texted(text: text, session: take(chunk, place)))
    }

    private mutating func take(_ chunk: Int, _ place: Int) -> UInt32 {
        rest[chunk] &= ~(1 << UInt64(place))
        return UInt32(chunk * CellChunk.capacity + place)
    }

    /// The sessions of the page.
    mutating func sessions() -> [SessionNumber] {
        var found: [UInt32] = []
        var skipped = page.lowerBound
        for isText in [isDescending, !isDescending] {
            let count = isText ? texted.count : numbered.count
            let start = min(skipped, count)
            let places = start..<min(start + page.count - found.count, count)
            skipped -= start
            found += isText ? keepTexts(at: places).map(\.session) : keepNumbers(at: places).map(\.session)
        }
        return found.map { SessionNumber(rawValue: $0) }
            + rest.numbers(isDescending: true, limit: page.count - found.count, offset: skipped)
    }

    /// Sorts the numbers at `places` of their order, and drops those behind.
    private mutating func keepNumbers(at places: Range<Int>) -> ArraySlice<Numbered> {
        numbered.keep(places, by: <)
    }

    /// Sorts the texts at `places` of their order, and drops those behind.
    private mutating func keepTexts(at places: Range<Int>) -> ArraySlice<Texted> {
        guard !places.isEmpty else { return [] }
        findKeys()
        let isDescending = isDescending
        return texted.keep(places) { left, right in
            if left.key != right.key { return isDescending != (left.key < right.key) }
            let order = SessionRanking.order(left.text, right.text)
            return order != 0 ? isDescending != (order < 0) : left.session > right.session
        }
    }

    /// Finds the bytes in which the texts first differ: what follows the beginning that all share.
    private mutating func findKeys() {
        guard let first = texted.first?.text else { return }
        var shared = first.count
        for entry in texted {
            shared = min(shared, entry.text.count)
            var same = 0
            while same < shared, entry.text[same] == first[same] { same += 1 }
            shared = same
        }
        for index in texted.indices {
            let text = texted[index].text
            var key: UInt64 = 0
            if shared + 8 <= text.count {
                key = text.bigEndian(at: shared, as: UInt64.self)
            } else {
                for place in shared..<shared + 8 { key = key << 8 | UInt64(place < text.count ? text[place] : 0) }
            }
            texted[index].key = key
        }
    }

    private static func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let count = min(left.count, right.count)
        guard count > 0, let leftStart = left.baseAddress, let rightStart = right.baseAddress,
            case let order = Int(memcmp(leftStart, rightStart, count)), order != 0
        else { return left.count - right.count }
        return order
    }
}

extension Array {
    /// The elements that would stand at `places` if the array were sorted, in their order; the array is reordered, and those
    /// behind are removed.
    fileprivate mutating func keep(
        _ places: Range<Int>, by precedes: (Element, Element) -> Bool
    ) -> ArraySlice<Element> {
        guard !places.isEmpty else { return [] }
        separate(at: places.lowerBound, within: startIndex..<endIndex, by: precedes)
        separate(at: places.upperBound, within: places.lowerBound..<endIndex, by: precedes)
        removeLast(count - places.upperBound)
        self[places].sort(by: precedes)
        return self[places]
    }

    /// Moves elements so that none at `place` or behind precedes one before it (Hoare's selection; the pivot is the median
    /// of three).
    private mutating func separate(
        at place: Int, within range: Range<Int>, by precedes: (Element, Element) -> Bool
    ) {
        var (low, high) = (range.lowerBound, range.upperBound - 1)
        guard place > low, place <= high else { return }
        while low < high {
            let middle = low + (high - low) / 2
            if precedes(self[middle], self[low]) { swapAt(middle, low) }
            if precedes(self[high], self[low]) { swapAt(high, low) }
            if precedes(self[high], self[middle]) { swapAt(high, middle) }
            let pivot = self[middle]
            var (left, right) = (low, high)
            while left <= right {
                while precedes(self[left], pivot) { left += 1 }
                while precedes(pivot, self[right]) { right -= 1 }
                if left <= right {
                    swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if place <= right { high = right } else if place >= left { low = left } else { return }
        }
    }
}
