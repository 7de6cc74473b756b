/// Equal half-open buckets over a range of the axis, each with its first, smallest, largest and last point.
///
/// The smallest and largest are of the finite values, the earliest of equals; first and last may be any.
struct SeriesThinning {
    fileprivate struct Bucket {
        var first: SeriesSample
        var last: SeriesSample
        var minimum: SeriesSample?
        var maximum: SeriesSample?
    }

    private let start: Int64
    /// The number of places in the range, at most 2^64 - 1.
    private let span: UInt64
    private var buckets: [Bucket?]
    private(set) var pointCount = 0
    private(set) var nanCount = 0
    private(set) var positiveInfinityCount = 0
    private(set) var negativeInfinityCount = 0

    /// Cuts the places from `start` through `end` into `bucketCount` buckets.
    init(from start: Int64, through end: Int64, bucketCount: Int) {
        self.start = start
        let distance = UInt64(bitPattern: end &- start)
        span = distance == .max ? .max : distance + 1
        buckets = Array(repeating: nil, count: max(bucketCount, 1))
    }

    /// The bucket that holds `place`.
    func bucket(of place: Int64) -> Int {
        let product = UInt64(bitPattern: place &- start).multipliedFullWidth(by: UInt64(buckets.count))
        guard product.high < span else { return buckets.count - 1 }
        return min(Int(span.dividingFullWidth(product).quotient), buckets.count - 1)
    }

    /// The last place that `bucket` holds.
    func lastPlace(of bucket: Int) -> Int64 {
        guard bucket < buckets.count - 1 else { return .max }
        let product = UInt64(bucket + 1).multipliedFullWidth(by: span)
        let (quotient, remainder) = UInt64(buckets.count).dividingFullWidth(product)
        return start &+ Int64(bitPattern: remainder > 0 ? quotient : quotient &- 1)
    }

    /// Adds a point to `bucket`, which must hold its place.
    @inline(__always)
    mutating func add(_ sample: SeriesSample, to bucket: Int) {
        pointCount += 1
        count(sample.value)
        guard buckets[bucket] != nil else {
            let extreme = sample.value.isFinite ? sample : nil
            buckets[bucket] = Bucket(first: sample, last: sample, minimum: extreme, maximum: extreme)
            return
        }
        buckets[bucket]?.extend(first: sample, last: sample)
        if sample.value.isFinite { buckets[bucket]?.extend(minimum: sample, maximum: sample) }
    }

    /// Adds a node's points to `bucket`, which must hold the places of all of them. `first` and `last` are its first and
    /// last point, `extremes` its smallest and largest if any value is finite.
    mutating func add(
        first: SeriesSample, last: SeriesSample, extremes: (minimum: SeriesSample, maximum: SeriesSample)?,
        pointCount: Int, nanCount: Int, positiveInfinityCount: Int, negativeInfinityCount: Int, to bucket: Int
    ) {
        self.pointCount += pointCount
        self.nanCount += nanCount
        self.positiveInfinityCount += positiveInfinityCount
        self.negativeInfinityCount += negativeInfinityCount
        guard buckets[bucket] != nil else {
            buckets[bucket] = Bucket(
                first: first, last: last, minimum: extremes?.minimum, maximum: extremes?.maximum)
            return
        }
        buckets[bucket]?.extend(first: first, last: last)
        if let extremes { buckets[bucket]?.extend(minimum: extremes.minimum, maximum: extremes.maximum) }
    }

    @inline(__always)
    private mutating func count(_ value: Double) {
        guard !value.isFinite else { return }
        if value.isNaN {
            nanCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
    }

    /// The points of all buckets in order, each once.
    var samples: [SeriesSample] {
        var samples: [SeriesSample] = []
        for case let bucket? in buckets {
            var shown = [bucket.first]
            for case let sample? in [bucket.minimum, bucket.maximum, bucket.last] {
                guard !shown.contains(where: { $0.isSame(as: sample) }) else { continue }
                let place = shown.firstIndex { sample.precedes($0) } ?? shown.count
                shown.insert(sample, at: place)
            }
            samples += shown
        }
        return samples
    }
}

extension SeriesThinning.Bucket {
    @inline(__always)
    fileprivate mutating func extend(first: SeriesSample, last: SeriesSample) {
        if first.precedes(self.first) { self.first = first }
        if self.last.precedes(last) { self.last = last }
    }

    @inline(__always)
    fileprivate mutating func extend(minimum: SeriesSample, maximum: SeriesSample) {
        if let known = self.minimum {
            if minimum.value < known.value || minimum.value == known.value && minimum.precedes(known) {
                self.minimum = minimum
            }
        } else {
            self.minimum = minimum
        }
        if let known = self.maximum {
            if maximum.value > known.value || maximum.value == known.value && maximum.precedes(known) {
                self.maximum = maximum
            }
        } else {
            self.maximum = maximum
        }
    }
}
