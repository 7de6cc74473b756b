/// A number that only grows, and the release that first wrote it: what a later binary needs to name.
struct LogMarker {
    var number: UInt32
    var release: String

    init(number: UInt32, release: String) {
        self.number = number
        self.release = release
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        number = bytes.withUnsafeBytes { $0.integer(at: 0, as: UInt32.self) }
        release = String(decoding: bytes[4...], as: UTF8.self)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: number)
        bytes.append(contentsOf: release.utf8)
        return bytes
    }
}
