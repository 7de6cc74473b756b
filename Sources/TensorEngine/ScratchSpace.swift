/// The working memory primitives share: one runs at a time, so the largest need is enough for all.
///
/// oneDNN's own scratch memory belongs to the thread that created a primitive; a task may run on another.
final class ScratchSpace {
    private var storages: [Storage] = []

    /// A tensor of `description` on the shared memory. A larger one than any before gets new memory; the older stays.
    func tensor(_ description: MemoryDescription, engine: ComputeEngine) throws(TensorEngineError) -> Tensor {
        if let last = storages.last, last.count >= description.count {
            return try Tensor(description, on: last, engine: engine)
        }
        let storage = Storage(count: description.count)
        storages.append(storage)
        return try Tensor(description, on: storage, engine: engine)
    }
}
