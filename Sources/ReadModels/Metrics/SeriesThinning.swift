/// Equal half-open buckets over a range of the axis, each with its first, smallest, largest and last point.
///
/// The smallest and largest are of the finite values, the earliest of equals; first and last may be any.
struct SeriesThinning {
    /// The points that are kept of one bucket, from one segment or several.
    struct Bucket {
        var first: SeriesSample
        var last: SeriesSample
        /// Of the finite values, if there are any.
        var minimum: SeriesSample?
        var maximum: SeriesSample?
    }

    private let start: Int64
    /// The number of places in the range, at most 2^64 - 1.
    private let span: UInt64
    private let bucketCount: Int
    /// The bucket that `buckets` begins with.
    private let firstBucket: Int
    private var buckets: [Bucket?]
    var pointCount = 0
    var nanCount = 0
    var positiveInfinityCount = 0
    var negativeInfinityCount = 0

    /// Cuts the places from `start` through `end` into `bucketCount` buckets. With `window` it holds only those: points of others
    /// must not be added.
    init(from start: Int64, through end: Int64, bucketCount: Int, window: Range<Int>? = nil) {
        self.start = start
        let distance = UInt64(bitPattern: end &- start)
        span = distance == .max ? .max : distance + 1
        self.bucketCount = max(bucketCount, 1)
        firstBucket = window?.lowerBound ?? 0
        buckets = Array(repeating: nil, count: window?.count ?? self.bucketCount)
    }

    /// The bucket that holds `place`.
    func bucket(of place: Int64) -> Int {
        let product = UInt64(bitPattern: place &- start).multipliedFullWidth(by: UInt64(bucketCount))
        guard product.high < span else { return bucketCount - 1 }
        return min(Int(span.dividingFullWidth(product).quotient), bucketCount - 1)
    }

    /// The last place that `bucket` holds.
    func lastPlace(of bucket: Int) -> Int64 {
        guard bucket < bucketCount - 1 else { return .max }
        let product = UInt64(bucket + 1).multipliedFullWidth(by: span)
        let (quotient, remainder) = UInt64(bucketCount).dividingFullWidth(product)
        return start &+ Int64(bitPattern: remainder > 0 ? quotient : quotient &- 1)
    }

    /// Adds a point.
    mutating func add(_ sample: SeriesSample) {
        pointCount += 1
        let extreme = sample.value.isFinite ? sample : nil
        if extreme == nil { count(sample.value) }
        join(
            Bucket(first: sample, last: sample, minimum: extreme, maximum: extreme), to: bucket(of: sample.place))
    }

    /// Counts a value that is not finite.
    @inline(__always)
    mutating func count(_ value: Double) {
        if value.isNaN {
            nanCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
    }

    /// Adds what a segment has in the bucket `number`; its points are counted by the caller.
    mutating func join(_ part: Bucket, to number: Int) {
        let index = number - firstBucket
        guard var bucket = buckets[index] else {
            buckets[index] = part
            return
        }
        if part.first.precedes(bucket.first) { bucket.first = part.first }
        if bucket.last.precedes(part.last) { bucket.last = part.last }
        if let minimum = part.minimum, let known = bucket.minimum {
            if minimum.value < known.value || minimum.value == known.value && minimum.precedes(known) {
                bucket.minimum = minimum
            }
        } else {
            bucket.minimum = bucket.minimum ?? part.minimum
        }
        if let maximum = part.maximum, let known = bucket.maximum {
            if maximum.value > known.value || maximum.value == known.value && maximum.precedes(known) {
                bucket.maximum = maximum
            }
        } else {
            bucket.maximum = bucket.maximum ?? part.maximum
        }
        buckets[index] = bucket
    }

    /// The points of all buckets in order, each once.
    var samples: [SeriesSample] {
        var samples: [SeriesSample] = []
        samples.reserveCapacity(4 * buckets.count)
        for case let bucket? in buckets {
            samples.append(bucket.first)
            var minimum = bucket.minimum
            var maximum = bucket.maximum
            if let smallest = minimum, let largest = maximum, largest.precedes(smallest) { swap(&minimum, &maximum) }
            for case let sample? in [minimum, maximum, bucket.last] {
                if let shown = samples.last, !shown.isSame(as: sample) { samples.append(sample) }
            }
        }
        return samples
    }
}
