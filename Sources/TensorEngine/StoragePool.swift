/// Hands out storage while a plan is built and takes it back when its last reader is behind, so that later tensors of the
/// same run use the same memory. Deterministic: the smallest block that fits, the oldest first.
final class StoragePool {
    private var free: [Storage] = []
    /// The floats allocated so far.
    private(set) var allocatedCount = 0

    func acquire(count: Int) -> Storage {
        var best: Int?
        for (index, storage) in free.enumerated() where storage.count >= count && storage.count <= 2 * count {
            if best.map({ storage.count < free[$0].count }) ?? true { best = index }
        }
        if let best { return free.remove(at: best) }
        let storage = Storage(count: count)
        allocatedCount += storage.count
        return storage
    }

    /// Takes `storage` back; every operation that reads it must already be in the program.
    func release(_ storage: Storage) {
        free.append(storage)
    }
}
