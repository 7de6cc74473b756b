import Tracking

extension BlobDirectory {
    /// Ends a pin and deletes what its upload added, unless another upload or a reader has come upon it since.
    ///
    /// What refers to others goes before them, and its deletion is on disk before any of them goes. What the disk
    /// refuses to delete is left to the sweep.
    func discard(_ pin: BlobPin) {
        do throws(BlobError) {
            let files = try deleteOwn(of: pin) { digest throws(BlobError) in try level(of: digest) > 0 }
            for shard in shards(of: files) { try sync(shard: shard) }
            _ = try deleteOwn(of: pin) { _ in true }
        } catch {
            // The sweep tries again.
        }
        release(pin)
    }

    /// Deletes what the pin's upload added and `isChosen` wants; says what went.
    private func deleteOwn(
        of pin: BlobPin, where isChosen: (Digest) throws(BlobError) -> Bool
    ) throws(BlobError) -> [Digest] {
        try locked { state throws(BlobError) in
            var deleted: [Digest] = []
            for digest in state.pins.discardable(of: pin) where try isChosen(digest) {
                try attempt { () throws(FileSystemError) in try fileSystem.remove(layout.object(digest)) }
                deleted.append(digest)
                state.pins.share(digest)
            }
            return deleted
        }
    }
}
