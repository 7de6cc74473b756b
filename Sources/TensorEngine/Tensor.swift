internal import COneDNN

/// A oneDNN memory with a layout, on storage it shares or on a pointer somebody else keeps alive.
package final class Tensor {
    let description: MemoryDescription
    let memory: dnnl_memory_t
    package let pointer: UnsafeMutablePointer<Float>
    /// What keeps the memory alive; nil when the owner of the pointer does.
    let storage: Storage?
    /// Kept so that the engine outlives the memory.
    private let engine: ComputeEngine

    /// A tensor on `storage`, which must have room for `description`.
    convenience init(_ description: MemoryDescription, on storage: Storage, engine: ComputeEngine)
        throws(TensorEngineError)
    {
        try self.init(description, at: storage.pointer, storage: storage, engine: engine)
    }

    /// A tensor on memory that outlives it.
    convenience init(_ description: MemoryDescription, at pointer: UnsafeMutablePointer<Float>, engine: ComputeEngine)
        throws(TensorEngineError)
    {
        try self.init(description, at: pointer, storage: nil, engine: engine)
    }

    private init(
        _ description: MemoryDescription, at pointer: UnsafeMutablePointer<Float>, storage: Storage?,
        engine: ComputeEngine
    ) throws(TensorEngineError) {
        var raw = description.raw
        var memory: dnnl_memory_t?
        try check(dnnl_memory_create(&memory, &raw, engine.handle, pointer), "create memory for", "tensor")
        guard let memory else {
            throw .library(primitive: "tensor", operation: "create memory for", status: "no handle")
        }
        self.description = description
        self.memory = memory
        self.pointer = pointer
        self.storage = storage
        self.engine = engine
    }

    deinit {
        dnnl_memory_destroy(memory)
    }
}
