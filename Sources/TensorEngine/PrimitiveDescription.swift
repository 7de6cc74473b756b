internal import COneDNN

/// A oneDNN primitive descriptor: an operation, its shapes and the implementation chosen for them.
final class PrimitiveDescription {
    let handle: dnnl_primitive_desc_t

    /// Takes ownership of `handle`.
    init(handle: dnnl_primitive_desc_t) {
        self.handle = handle
    }

    /// The first implementation oneDNN offers for an operation descriptor; the caller gives the scratch memory.
    init(
        _ name: String, operation: UnsafeRawPointer, hint: PrimitiveDescription? = nil,
        fusingReLU: Bool = false, engine: ComputeEngine
    ) throws(TensorEngineError) {
        let attributes = try PrimitiveAttributes(name, fusingReLU: fusingReLU)
        var handle: dnnl_primitive_desc_t?
        let status = dnnl_primitive_desc_create(&handle, operation, attributes.handle, engine.handle, hint?.handle)
        try check(status, "describe", name)
        guard let handle else { throw .library(primitive: name, operation: "describe", status: "no handle") }
        self.handle = handle
    }

    deinit {
        dnnl_primitive_desc_destroy(handle)
    }

    /// The layout it chose for one of its memories; nil when it has none such.
    func memory(_ query: dnnl_query_t) -> MemoryDescription? {
        guard let pointer = dnnl_primitive_desc_query_md(handle, query, 0), pointer.pointee.ndims > 0 else {
            return nil
        }
        return MemoryDescription(raw: pointer.pointee)
    }

    /// The layout it chose for a memory it must have.
    func required(_ query: dnnl_query_t, _ name: String) throws(TensorEngineError) -> MemoryDescription {
        guard let description = memory(query) else {
            throw .library(primitive: name, operation: "query", status: "memory \(query.rawValue) is missing")
        }
        return description
    }

    /// oneDNN's name of the implementation, as in "jit:avx512_core".
    var implementation: String {
        var text: UnsafePointer<CChar>?
        let status = dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &text)
        guard status == dnnl_success, let text else { return "unknown" }
        return String(cString: text)
    }

    /// How fast implementations of its kind are.
    var speed: Speed {
        let name = implementation
        if name.hasPrefix("ref") { return .plainLoop }
        return name.contains("gemm") ? .unfolded : .generated
    }

    /// Kinds of implementation, slowest first, each several times as fast as the one before.
    enum Speed: Int, Comparable {
        /// A loop over single elements.
        case plainLoop
        /// A matrix product of the unfolded input.
        case unfolded
        /// Code generated for the shapes.
        case generated

        static func < (left: Speed, right: Speed) -> Bool { left.rawValue < right.rawValue }
    }
}
