import Tracking

/// The digests that are pinned, and the pins that hold them.
struct PinTable {
    private var digests: [BlobPin: [Digest]] = [:]
    private var counts: [Digest: Int] = [:]
    private var lastNumber: UInt64 = 0

    /// A pin that pins nothing yet.
    mutating func newPin() -> BlobPin {
        lastNumber += 1
        let pin = BlobPin(number: lastNumber)
        digests[pin] = []
        return pin
    }

    /// Pins `digest` until `pin` is released; nothing happens when it has been.
    mutating func add(_ digest: Digest, to pin: BlobPin) {
        guard digests[pin] != nil else { return }
        digests[pin]?.append(digest)
        counts[digest, default: 0] += 1
    }

    /// Ends a pin; nothing happens when it has ended.
    mutating func release(_ pin: BlobPin) {
        for digest in digests.removeValue(forKey: pin) ?? [] {
            let count = counts[digest, default: 0] - 1
            counts[digest] = count > 0 ? count : nil
        }
    }

    /// Returns whether any pin holds `digest`.
    func contains(_ digest: Digest) -> Bool { counts[digest] != nil }

    /// Everything pinned.
    var all: [Digest] { Array(counts.keys) }
}
