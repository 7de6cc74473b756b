internal import COneDNN

/// Turns layers into programs for one shape: forward operations at once, backward operations when `finish` walks the layers
/// in reverse. All memory is allocated here; running the programs allocates nothing.
package final class PlanBuilder {
    /// What the plan is for.
    package enum Mode {
        /// Batch statistics, dropout, and a backward program.
        case training
        /// Running statistics, no dropout, activations share memory.
        case inference
    }

    let engine: ComputeEngine
    let parameters: ParameterStore
    let mode: Mode
    let scratch = ScratchSpace()
    let pool = StoragePool()
    /// Weights from the flat store to the layouts of the primitives; runs when weights changed.
    package internal(set) var packing = Program()
    package internal(set) var forward = Program()
    package private(set) var backward = Program()
    private var tape: [(PlanBuilder) throws(TensorEngineError) -> Void] = []

    package init(engine: ComputeEngine, parameters: ParameterStore, mode: Mode) {
        self.engine = engine
        self.parameters = parameters
        self.mode = mode
        engine.activate()
    }

    // MARK: Backward

    /// Remembers how a layer's backward operations are made; no effect for inference.
    func onBackward(_ build: @escaping (PlanBuilder) throws(TensorEngineError) -> Void) {
        if mode == .training { tape.append(build) }
    }

    /// Builds the backward program, last layer first.
    package func finish() throws(TensorEngineError) {
        for build in tape.reversed() {
            try build(self)
        }
        tape = []
    }

    func appendBackward(_ primitive: Primitive) {
        backward.append(primitive)
    }

    func appendBackward(_ loop: @escaping () -> Void) {
        backward.append(loop)
    }

    /// Lets `write` produce a gradient of `activation`: straight into its gradient, or added to the one it has.
    func addGradient(
        to activation: Activation, _ name: String,
        _ write: (Tensor) throws(TensorEngineError) -> Void
    ) throws(TensorEngineError) {
        let target = try tensor(like: activation)
        try write(target)
        guard let present = activation.gradient else {
            activation.gradient = target
            return
        }
        try appendSum(name, of: target, into: present)
        release(target)
    }

    /// Gives back the memory of a tensor no later operation reads.
    func release(_ tensor: Tensor) {
        if let storage = tensor.storage { pool.release(storage) }
    }

    // MARK: Tensors

    /// The layout of activations: channels innermost.
    func channelsLast(_ shape: VolumeShape, for name: String) throws(TensorEngineError) -> MemoryDescription {
        try MemoryDescription(shape.dimensions, dnnl_acdeb, for: name)
    }

    func activation(_ shape: VolumeShape, for name: String) throws(TensorEngineError) -> Activation {
        Activation(shape: shape, tensor: try tensor(channelsLast(shape, for: name)))
    }

    func tensor(like activation: Activation) throws(TensorEngineError) -> Tensor {
        try tensor(activation.tensor.description)
    }

    func tensor(_ description: MemoryDescription) throws(TensorEngineError) -> Tensor {
        try Tensor(description, on: pool.acquire(count: description.count), engine: engine)
    }

    /// A trainable array where it lies in the flat store, in the layout `tag`.
    func parameter(_ slot: ParameterStore.Slot, dimensions: [Int], _ tag: dnnl_format_tag_t) throws(TensorEngineError)
        -> Tensor
    {
        try Tensor(
            MemoryDescription(dimensions, tag, for: slot.name), at: parameters.values.pointer + slot.offset,
            engine: engine)
    }

    /// The gradient of a trainable array where it lies in the flat gradients of one pass.
    func parameterGradient(_ slot: ParameterStore.Slot, dimensions: [Int], _ tag: dnnl_format_tag_t)
        throws(TensorEngineError) -> Tensor
    {
        try Tensor(
            MemoryDescription(dimensions, tag, for: slot.name), at: parameters.passGradients.pointer + slot.offset,
            engine: engine)
    }

    // MARK: Operations

    /// A primitive that copies `source` into `target`, changing its layout.
    func reorder(_ name: String, _ source: Tensor, to target: Tensor) throws(TensorEngineError) -> Primitive {
        var from = source.description.raw
        var to = target.description.raw
        var handle: dnnl_primitive_desc_t?
        let attributes = try PrimitiveAttributes(name)
        try check(
            dnnl_reorder_primitive_desc_create(
                &handle, &from, engine.handle, &to, engine.handle, attributes.handle), "describe", name)
        guard let handle else { throw .library(primitive: name, operation: "describe", status: "no handle") }
        return try primitive(
            name, PrimitiveDescription(handle: handle), [(DNNL_ARG_FROM, source), (DNNL_ARG_TO, target)])
    }

    /// `source` itself when it has the layout `wanted`, else a copy in that layout made by an operation given to `append`.
    func converted(
        _ source: Tensor, to wanted: MemoryDescription, _ name: String, _ append: (Primitive) -> Void
    ) throws(TensorEngineError) -> Tensor {
        if let same = try view(of: source, as: wanted) { return same }
        let target = try tensor(wanted)
        append(try reorder("\(name) layout", source, to: target))
        return target
    }

    /// Where a primitive that writes the layout `wanted` should write what `target` needs; `deliver` brings it there.
    func destination(for target: Tensor, _ wanted: MemoryDescription) throws(TensorEngineError) -> Tensor {
        if let same = try view(of: target, as: wanted) { return same }
        return try tensor(wanted)
    }

    /// Copies `result`, written where `destination` said, to `target` if it is elsewhere, and gives its memory back.
    func deliver(_ result: Tensor, to target: Tensor, _ name: String, _ append: (Primitive) -> Void)
        throws(TensorEngineError)
    {
        guard result.pointer != target.pointer else { return }
        append(try reorder("\(name) result", result, to: target))
        release(result)
    }

    /// `tensor` under the layout `wanted`, if that is the same order of bytes: 8 channels in a block of 8 are channels-last.
    /// The view owns no memory, so releasing it does nothing.
    private func view(of tensor: Tensor, as wanted: MemoryDescription) throws(TensorEngineError) -> Tensor? {
        if tensor.description == wanted { return tensor }
        let sizes = tensor.description.raw.dims
        guard tensor.description.raw.ndims == 5, sizes.1 == 8 else { return nil }
        let dimensions = [sizes.0, sizes.1, sizes.2, sizes.3, sizes.4].map { Int($0) }
        guard tensor.description == (try MemoryDescription(dimensions, dnnl_acdeb, for: "view")),
            wanted == (try MemoryDescription(dimensions, dnnl_aBcde8b, for: "view"))
        else { return nil }
        return try Tensor(wanted, at: tensor.pointer, engine: engine)
    }

    func primitive(
        _ name: String, _ description: PrimitiveDescription, _ bindings: [(Int32, Tensor)]
    ) throws(TensorEngineError) -> Primitive {
        try Primitive(name, description, bindings, scratch: scratch, engine: engine)
    }

    /// The description of the fastest kind among those for `layouts`, the first of them when several are.
    func fastest(
        _ layouts: [dnnl_format_tag_t],
        _ describe: (dnnl_format_tag_t) throws(TensorEngineError) -> PrimitiveDescription
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var best: PrimitiveDescription?
        var refusal: TensorEngineError?
        for layout in layouts {
            do {
                let description = try describe(layout)
                if description.speed == .generated { return description }
                if best.map({ $0.speed < description.speed }) ?? true { best = description }
            } catch {
                refusal = error
            }
        }
        if let best { return best }
        throw refusal ?? .invalidArgument("no layout was given")
    }

    private func appendSum(_ name: String, of addend: Tensor, into sum: Tensor) throws(TensorEngineError) {
        let operationName = "\(name) gradient sum"
        var first = sum.description.raw
        var second = addend.description.raw
        var operation = dnnl_binary_desc_t()
        try check(
            dnnl_binary_desc_init(&operation, dnnl_binary_add, &first, &second, &first), "describe", operationName)
        let description = try PrimitiveDescription(operationName, operation: &operation, engine: engine)
        backward.append(
            try primitive(
                operationName, description,
                [(DNNL_ARG_SRC_0, sum), (DNNL_ARG_SRC_1, addend), (DNNL_ARG_DST, sum)]))
    }
}
