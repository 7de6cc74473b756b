import JSON
package import TensorEngine

/// The safetensors format for float32 arrays.
///
/// What is written is a pure function of arrays and metadata: both are sorted by the bytes of their names, and the header
/// is filled up with spaces so that the data begins at a multiple of 8, as the reference implementation does it.
package enum Safetensors {
    /// A file's bytes. The names must differ from each other and from `__metadata__`.
    package static func encode(_ arrays: [NamedArray], metadata: [String: String] = [:]) -> [UInt8] {
        let arrays = arrays.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        precondition(zip(arrays, arrays.dropFirst()).allSatisfy { $0.name != $1.name }, "two arrays have one name")
        precondition(!arrays.contains { $0.name == "__metadata__" }, "__metadata__ is no name of an array")

        var header = JSONWriter(reservingCapacity: 128 * (arrays.count + metadata.count))
        header.beginObject()
        if !metadata.isEmpty {
            header.key("__metadata__")
            header.beginObject()
            for (key, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                header.key(key)
                header.string(value)
            }
            header.endObject()
        }
        var offset = 0
        for array in arrays {
            header.key(array.name)
            header.beginObject()
            header.key("dtype")
            header.string(SafetensorsType.float32.rawValue)
            header.key("shape")
            header.beginArray()
            for size in array.shape { header.integer(size) }
            header.endArray()
            header.key("data_offsets")
            header.beginArray()
            header.integer(offset)
            offset += 4 * array.values.count
            header.integer(offset)
            header.endArray()
            header.endObject()
        }
        header.endObject()
        let text = header.bytes + repeatElement(UInt8(ascii: " "), count: (8 - header.bytes.count % 8) % 8)
        precondition(
            text.count <= SafetensorsHeader.maximumHeaderByteCount, "the header is longer than the format allows")

        var file: [UInt8] = []
        file.reserveCapacity(8 + text.count + offset)
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: text)
        for array in arrays { append(array.values, to: &file) }
        return file
    }

    /// All arrays of a file, in the order of their bytes, and its metadata.
    /// - Throws: for a file that is not sound, and for tensors of other types than float32.
    package static func decode(
        _ file: [UInt8]
    ) throws(SafetensorsError) -> (arrays: [NamedArray], metadata: [String: String]) {
        try file.withUnsafeBufferPointer { file throws(SafetensorsError) in
            let header = try SafetensorsHeader(prefix: file, byteCount: file.count)
            var arrays: [NamedArray] = []
            arrays.reserveCapacity(header.tensors.count)
            for tensor in header.tensors {
                guard tensor.type == .float32 else {
                    throw SafetensorsError(
                        .missingTensor, "\(tensor.name) has the type \(tensor.type.rawValue); only F32 is read here")
                }
                let start = header.dataOffset + tensor.byteRange.lowerBound
                let bytes = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(file)[start..<start + tensor.byteRange.count])
                arrays.append(NamedArray(name: tensor.name, shape: tensor.shape, values: values(of: bytes)))
            }
            return (arrays, header.metadata)
        }
    }

    private static func append(_ values: [Float], to file: inout [UInt8]) {
        #if _endian(little)
            values.withUnsafeBytes { file.append(contentsOf: $0) }
        #else
            for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { file.append(contentsOf: $0) } }
        #endif
    }

    private static func values(of bytes: UnsafeRawBufferPointer) -> [Float] {
        [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            #if _endian(little)
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
            #else
                for index in 0..<bytes.count / 4 {
                    let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
                    buffer.initializeElement(at: index, to: Float(bitPattern: bits))
                }
            #endif
            count = bytes.count / 4
        }
    }
}
