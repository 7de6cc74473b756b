import Tracking

/// The digests that are pinned, and the pins that hold them.
struct PinTable {
    private var digests: [BlobPin: [Digest]] = [:]
    private var counts: [Digest: Int] = [:]
    /// The blobs that were new when they were pinned, and that nobody else has come upon since, with the pin of each.
    private var owners: [Digest: BlobPin] = [:]
    private var lastNumber: UInt64 = 0

    /// A pin that pins nothing yet.
    mutating func newPin() -> BlobPin {
        lastNumber += 1
        let pin = BlobPin(number: lastNumber)
        digests[pin] = []
        return pin
    }

    /// Pins `digest` until `pin` is released; nothing happens when it has been. It belongs to nobody alone from now on.
    mutating func add(_ digest: Digest, to pin: BlobPin) {
        guard digests[pin] != nil else { return }
        share(digest)
        digests[pin]?.append(digest)
        counts[digest, default: 0] += 1
    }

    /// Pins `digest`, which was not there before, until `pin` is released.
    mutating func add(new digest: Digest, to pin: BlobPin) {
        add(digest, to: pin)
        if digests[pin] != nil { owners[digest] = pin }
    }

    /// Notes that what `digest` names may be needed by others than whoever put it.
    mutating func share(_ digest: Digest) { owners[digest] = nil }

    /// The blobs that were new when `pin` got them and that nobody else has come upon since.
    func discardable(of pin: BlobPin) -> [Digest] { (digests[pin] ?? []).filter { owners[$0] == pin } }

    /// Ends a pin; nothing happens when it has ended.
    mutating func release(_ pin: BlobPin) {
        for digest in digests.removeValue(forKey: pin) ?? [] {
            if owners[digest] == pin { owners[digest] = nil }
            let count = counts[digest, default: 0] - 1
            counts[digest] = count > 0 ? count : nil
        }
    }

    /// Returns whether any pin holds `digest`.
    func contains(_ digest: Digest) -> Bool { counts[digest] != nil }

    /// Everything pinned.
    var all: [Digest] { Array(counts.keys) }
}
