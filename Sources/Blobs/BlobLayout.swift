import Tracking

/// The places of things under the store's folder; the only type that knows.
///
/// ```
/// objects/ab/cdef…   a pack; the folder and the name together are the digest's 64 hexadecimal digits
/// index/             where the chunks of files lie: `StoredChunkIndex`
/// sweep.lock         held by a sweep alone, or by those who copy the store: `SweepLock`
/// temporary/17       an upload in progress; whatever is there when the store opens belongs to a dead process
/// ```
struct BlobLayout: Sendable {
    /// The store's folder.
    let root: String

    var objects: String { root + "/objects" }
    var temporary: String { root + "/temporary" }
    var sweepLock: String { root + "/sweep.lock" }

    /// The names of the 256 folders that hold objects.
    static let shards: [String] = (0...255).map { Hexadecimal.encode(CollectionOfOne(UInt8($0))) }

    func shard(_ name: String) -> String { objects + "/" + name }

    func shard(of digest: Digest) -> String { shard(String(digest.hex.prefix(2))) }

    func object(_ digest: Digest) -> String {
        let hex = digest.hex
        return shard(String(hex.prefix(2))) + "/" + hex.dropFirst(2)
    }

    func temporary(_ number: UInt64) -> String { temporary + "/" + String(number) }

    /// The digest whose object has this name in this shard; nil for a file that is not ours.
    func digest(shard: String, name: String) -> Digest? { Digest(hex: (shard + name).utf8) }
}
