internal import COneDNN

/// A created oneDNN primitive with the tensors it works on: running it allocates nothing.
final class Primitive {
    /// What it is and for which layer, for errors: "encoder.0.conv1 forward".
    private let name: String
    private let handle: dnnl_primitive_t
    /// Kept so that the engine outlives the handle.
    private let engine: ComputeEngine
    private let tensors: [Tensor]
    private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

    /// A primitive of `description` on `bindings`, pairs of a DNNL_ARG_ constant and its tensor.
    init(
        _ name: String, _ description: PrimitiveDescription, _ bindings: [(Int32, Tensor)], scratch: ScratchSpace,
        engine: ComputeEngine
    ) throws(TensorEngineError) {
        var handle: dnnl_primitive_t?
        try check(dnnl_primitive_create(&handle, description.handle), "create", name)
        guard let handle else { throw .library(primitive: name, operation: "create", status: "no handle") }
        self.name = name
        self.handle = handle
        self.engine = engine
        var all = bindings
        if let scratchpad = description.memory(dnnl_query_scratchpad_md), scratchpad.count > 0 {
            all.append((DNNL_ARG_SCRATCHPAD, try scratch.tensor(scratchpad, engine: engine)))
        }
        tensors = all.map(\.1)
        arguments = .allocate(capacity: all.count)
        for (index, binding) in all.enumerated() {
            arguments.initializeElement(at: index, to: dnnl_exec_arg_t(arg: binding.0, memory: binding.1.memory))
        }
    }

    deinit {
        arguments.deallocate()
        dnnl_primitive_destroy(handle)
    }

    /// Submits the primitive; its results are in memory after `ComputeEngine.wait`.
    func run() throws(TensorEngineError) {
        let status = dnnl_primitive_execute(handle, engine.stream, Int32(arguments.count), arguments.baseAddress)
        try check(status, "run", name)
    }
}
