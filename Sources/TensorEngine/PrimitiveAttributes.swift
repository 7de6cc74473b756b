internal import COneDNN

/// The attributes every primitive here has: scratch memory given by the caller, and perhaps a ReLU applied to the result.
final class PrimitiveAttributes {
    let handle: dnnl_primitive_attr_t

    init(_ name: String, fusingReLU: Bool = false) throws(TensorEngineError) {
        var handle: dnnl_primitive_attr_t?
        try check(dnnl_primitive_attr_create(&handle), "create attributes of", name)
        guard let handle else {
            throw .library(primitive: name, operation: "create attributes of", status: "no handle")
        }
        self.handle = handle
        try check(
            dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user), "set attributes of", name)
        guard fusingReLU else { return }
        var operations: dnnl_post_ops_t?
        try check(dnnl_post_ops_create(&operations), "create post operations of", name)
        defer { dnnl_post_ops_destroy(operations) }
        try check(
            dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0), "append ReLU to", name)
        try check(dnnl_primitive_attr_set_post_ops(handle, operations), "set post operations of", name)
    }

    deinit {
        dnnl_primitive_attr_destroy(handle)
    }
}
