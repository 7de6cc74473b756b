import JSON

/// The first part of a safetensors file: which tensors it holds and where, and free text.
///
/// A file is the header's length as 64 bits, little-endian; the header, a JSON object; and the tensors' bytes. A header
/// that was read is sound: every tensor's bytes have the length its type and shape ask for, and together they fill the
/// data from its first byte to its last without overlap.
package struct SafetensorsHeader: Equatable, Sendable {
    /// One tensor of the file.
    package struct Tensor: Equatable, Sendable {
        package let name: String
        package let type: SafetensorsType
        /// The sizes, outermost first; a scalar has none.
        package let shape: [Int]
        /// Where its bytes lie, counted from the first byte of the data.
        package let byteRange: Range<Int>
    }

    /// The tensors in the order of their bytes.
    package let tensors: [Tensor]
    /// Free text by key.
    package let metadata: [String: String]
    /// Where the data begins in the file.
    package let dataOffset: Int

    /// The longest header that is read: the limit of the reference implementation.
    package static let maximumHeaderByteCount = 100_000_000
    /// The most tensors that are read.
    package static let maximumTensorCount = 1_000_000

    /// Reads and checks the header of a file of `byteCount` bytes, of which `prefix` are the first; `prefix` must reach to
    /// the end of the header, or `.truncated` is thrown.
    package init(prefix: UnsafeBufferPointer<UInt8>, byteCount: Int) throws(SafetensorsError) {
        let length = try Self.headerByteCount(prefix: prefix)
        guard prefix.count >= 8 + length, byteCount >= 8 + length else {
            throw SafetensorsError(.truncated, "the file ends inside its header of \(length) bytes")
        }
        dataOffset = 8 + length
        let text = UnsafeBufferPointer(rebasing: prefix[8..<8 + length])
        let object: JSONObject
        do {
            // Three levels: the header, a tensor, its shape.
            let limits = JSONLimits(maximumByteCount: Self.maximumHeaderByteCount, maximumDepth: 3)
            guard case .object(let found) = try JSONValue.parse(text, limits: limits) else {
                throw SafetensorsError(.malformedHeader, "the header is not a JSON object")
            }
            object = found
        } catch let error as JSONError {
            throw SafetensorsError(.malformedHeader, "the header is not JSON: \(error)")
        } catch let error as SafetensorsError {
            throw error
        } catch {
            throw SafetensorsError(.malformedHeader, "the header cannot be read: \(error)")
        }
        guard object.count <= Self.maximumTensorCount else {
            throw SafetensorsError(
                .headerTooLarge, "\(object.count) tensors; at most \(Self.maximumTensorCount) are read")
        }
        var tensors: [Tensor] = []
        var metadata: [String: String] = [:]
        for (name, value) in object {
            if name == "__metadata__" {
                metadata = try Self.metadata(from: value)
            } else {
                tensors.append(try Self.tensor(name, from: value))
            }
        }
        tensors.sort {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name) < (
                $1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name
            )
        }
        try Self.checkLayout(of: tensors, dataByteCount: byteCount - dataOffset)
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The header's length, from the first eight bytes of a file.
    package static func headerByteCount(prefix: UnsafeBufferPointer<UInt8>) throws(SafetensorsError) -> Int {
        guard prefix.count >= 8 else {
            throw SafetensorsError(.truncated, "the file has \(prefix.count) bytes; a header's length takes 8")
        }
        let length = prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(maximumHeaderByteCount) else {
            throw SafetensorsError(
                .headerTooLarge,
                "the header is said to have \(length) bytes; at most \(maximumHeaderByteCount) are read")
        }
        return Int(length)
    }

    private static func metadata(from value: JSONValue) throws(SafetensorsError) -> [String: String] {
        guard case .object(let object) = value else {
            throw SafetensorsError(.malformedHeader, "__metadata__ is \(value.kindName) and not a mapping")
        }
        var metadata: [String: String] = [:]
        for (key, value) in object {
            guard case .string(let text) = value else {
                throw SafetensorsError(.malformedHeader, "__metadata__.\(key) is \(value.kindName) and not a string")
            }
            metadata[key] = text
        }
        return metadata
    }

    private static func tensor(_ name: String, from value: JSONValue) throws(SafetensorsError) -> Tensor {
        guard case .object(let object) = value, object.count == 3, let typeName = object["dtype"]?.stringValue,
            let sizes = object["shape"]?.arrayValue, let offsets = object["data_offsets"]?.arrayValue
        else {
            throw SafetensorsError(.malformedHeader, "\(name) does not have exactly dtype, shape and data_offsets")
        }
        guard let type = SafetensorsType(rawValue: typeName) else {
            throw SafetensorsError(.unknownType, "\(name) has the type \(typeName), which is not known")
        }
        let shape = try sizes.map { size throws(SafetensorsError) in try nonnegative(size, "a size", of: name) }
        let bounds = try offsets.map { size throws(SafetensorsError) in try nonnegative(size, "an offset", of: name) }
        guard bounds.count == 2, bounds[0] <= bounds[1] else {
            throw SafetensorsError(.badLayout, "\(name) has the offsets \(bounds); two rising ones are needed")
        }
        var byteCount = type.byteCount
        for size in shape {
            let (product, overflows) = byteCount.multipliedReportingOverflow(by: size)
            guard !overflows else { throw SafetensorsError(.wrongLength, "\(name) has a shape too large to count") }
            byteCount = product
        }
        guard byteCount == bounds[1] - bounds[0] else {
            throw SafetensorsError(
                .wrongLength, "\(name) has \(bounds[1] - bounds[0]) bytes; its type and shape ask for \(byteCount)")
        }
        return Tensor(name: name, type: type, shape: shape, byteRange: bounds[0]..<bounds[1])
    }

    /// Only integers written as such: a size of 1.0 is not one.
    private static func nonnegative(_ value: JSONValue, _ what: String, of name: String) throws(SafetensorsError) -> Int
    {
        guard case .integer(let integer) = value, integer >= 0 else {
            throw SafetensorsError(.malformedHeader, "\(name) has \(what) that is no whole number from 0 up")
        }
        return Int(integer)
    }

    private static func checkLayout(of tensors: [Tensor], dataByteCount: Int) throws(SafetensorsError) {
        var end = 0
        for tensor in tensors {
            guard tensor.byteRange.lowerBound == end else {
                throw SafetensorsError(
                    .badLayout,
                    "\(tensor.name) begins at \(tensor.byteRange.lowerBound) where the one before ends at \(end)")
            }
            end = tensor.byteRange.upperBound
        }
        guard end <= dataByteCount else {
            throw SafetensorsError(.truncated, "the tensors take \(end) bytes; the file holds \(dataByteCount)")
        }
        guard end == dataByteCount else {
            throw SafetensorsError(.badLayout, "the file has \(dataByteCount - end) bytes after its last tensor")
        }
    }
}
