internal import COneDNN

/// Shape and layout of a oneDNN memory.
struct MemoryDescription: Equatable {
    var raw: dnnl_memory_desc_t

    init(raw: dnnl_memory_desc_t) {
        self.raw = raw
    }

    /// A float32 memory of `dimensions` in the layout `tag`.
    init(_ dimensions: [Int], _ tag: dnnl_format_tag_t, for primitive: String) throws(TensorEngineError) {
        var raw = dnnl_memory_desc_t()
        let sizes = dimensions.map { Int64($0) }
        try check(
            dnnl_memory_desc_init_by_tag(&raw, Int32(sizes.count), sizes, dnnl_f32, tag), "describe memory for",
            primitive)
        self.raw = raw
    }

    /// The channels `offset ..< offset + count` of a five-dimensional memory, in place.
    func channels(from offset: Int, count: Int, for primitive: String) throws(TensorEngineError) -> MemoryDescription {
        var whole = raw
        var part = dnnl_memory_desc_t()
        let sizes = [raw.dims.0, Int64(count), raw.dims.2, raw.dims.3, raw.dims.4]
        let offsets = [0, Int64(offset), 0, 0, 0]
        try check(dnnl_memory_desc_init_submemory(&part, &whole, sizes, offsets), "describe channels for", primitive)
        return MemoryDescription(raw: part)
    }

    /// The floats of room it needs.
    var count: Int {
        var copy = raw
        return (dnnl_memory_desc_get_size(&copy) + 3) / 4
    }

    static func == (left: MemoryDescription, right: MemoryDescription) -> Bool {
        var first = left.raw
        var second = right.raw
        return dnnl_memory_desc_equal(&first, &second) != 0
    }
}
