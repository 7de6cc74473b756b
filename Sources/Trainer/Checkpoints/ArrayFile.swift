package import Safetensors
package import TensorEngine

/// Safetensors files of float32 arrays.
///
/// What is written is a pure function of arrays and metadata: both are sorted by the bytes of their names.
package enum ArrayFile {
    /// A file's bytes. The names must differ from each other and from `__metadata__`.
    package static func encode(_ arrays: [NamedArray], metadata: [String: String] = [:]) -> [UInt8] {
        let arrays = arrays.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var file = SafetensorsHeader.encode(
            arrays.map { (name: $0.name, type: .float32, shape: $0.shape) }, metadata: metadata)
        file.reserveCapacity(file.count + arrays.reduce(0) { $0 + 4 * $1.values.count })
        for array in arrays { append(array.values, to: &file) }
        return file
    }

    /// All arrays of a file, in the order of their bytes, and its metadata.
    /// - Throws: for a file that is not sound, and for tensors of other types than float32.
    package static func decode(
        _ file: [UInt8]
    ) throws(SafetensorsError) -> (arrays: [NamedArray], metadata: [String: String]) {
        let header = try SafetensorsHeader(file: file)
        let arrays = try header.tensors.map { tensor throws(SafetensorsError) in
            guard tensor.type == .float32 else {
                throw SafetensorsError(
                    .missingTensor, "\(tensor.name) has the type \(tensor.typeName); only F32 is supported")
            }
            let start = header.dataOffset + tensor.byteRange.lowerBound
            let values = file.withUnsafeBytes {
                Self.values(of: UnsafeRawBufferPointer(rebasing: $0[start..<start + tensor.byteRange.count]))
            }
            return NamedArray(name: tensor.name, shape: tensor.shape, values: values)
        }
        return (arrays, header.metadata)
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
