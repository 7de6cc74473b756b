import JSON

/// The first part of a safetensors file: which tensors it holds and where, and free text.
///
/// A file is the header's length as 64 bits, little-endian; the header, a JSON object; and the tensors' bytes. A header
/// that was read is well-formed, and no two of its tensors overlap; `init(file:)` checks that it fits its file too.
package struct SafetensorsHeader: Equatable, Sendable {
    /// One tensor of the file.
    package struct Tensor: Equatable, Sendable {
        package let name: String
        /// Its type as the header spells it.
        package let typeName: String
        /// The sizes, outermost first; a scalar has none.
        package let shape: [Int]
        /// The range of its bytes, counted from the first byte of the data.
        package let byteRange: Range<Int>

        /// Its type, when that is one of the format's.
        package var type: SafetensorsType? { SafetensorsType(rawValue: typeName) }
    }

    /// The tensors in the order of their bytes.
    package let tensors: [Tensor]
    /// Free text by key.
    package let metadata: [String: String]
    /// The offset in the file at which the data begins.
    package let dataOffset: Int

    /// The longest header that is read or written: the limit of the reference implementation.
    package static let maximumByteCount = 100_000_000
    /// The most tensors that are read.
    package static let maximumTensorCount = 1_000_000

    /// Reads the header of a file that begins with `prefix`, which must reach to the header's end.
    ///
    /// Types need not be known, and lengths need not be what types and shapes ask for.
    package init(prefix: [UInt8]) throws(SafetensorsError) {
        guard prefix.count >= 8 else {
            throw SafetensorsError(.truncated, "the file has \(prefix.count) bytes; a header's length takes 8")
        }
        let length = Self.length(in: prefix)
        guard length <= UInt64(Self.maximumByteCount) else {
            throw SafetensorsError(
                .headerTooLarge,
                "the header's length is \(length) bytes; at most \(Self.maximumByteCount) are allowed")
        }
        dataOffset = 8 + Int(length)
        guard prefix.count >= dataOffset else {
            throw SafetensorsError(.truncated, "the file ends inside its header of \(length) bytes")
        }
        let object: JSONObject?
        do throws(JSONError) {
            // Three levels: the header, a tensor, its shape.
            let limits = JSONLimits(maximumByteCount: Self.maximumByteCount, maximumDepth: 3)
            object = try JSONValue.parse(prefix[8..<dataOffset], limits: limits).objectValue
        } catch {
            throw SafetensorsError(.malformedHeader, "the header is not JSON: \(error)")
        }
        guard let object else { throw SafetensorsError(.malformedHeader, "the header is not a JSON object") }
        guard object.count <= Self.maximumTensorCount else {
            throw SafetensorsError(
                .headerTooLarge, "the file has \(object.count) tensors; at most \(Self.maximumTensorCount) are allowed")
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
        for (earlier, later) in zip(tensors, tensors.dropFirst())
        where earlier.byteRange.upperBound > later.byteRange.lowerBound {
            throw SafetensorsError(.badLayout, "the bytes of \(earlier.name) and \(later.name) overlap")
        }
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads the header of a whole file, which must fit it: every type is one of the format's, every tensor's bytes have
    /// the length its type and shape ask for, and together they fill the data from its first byte to its last.
    package init(file: [UInt8]) throws(SafetensorsError) {
        try self.init(prefix: file)
        var end = 0
        for tensor in tensors {
            let length = try tensor.neededByteCount()
            guard length == tensor.byteRange.count else {
                throw SafetensorsError(
                    .wrongLength,
                    "\(tensor.name) has \(tensor.byteRange.count) bytes; its type and shape need \(length)")
            }
            guard tensor.byteRange.lowerBound == end else {
                throw SafetensorsError(
                    .badLayout,
                    "\(tensor.name) begins at \(tensor.byteRange.lowerBound) where the one before ends at \(end)")
            }
            end = tensor.byteRange.upperBound
        }
        let dataByteCount = file.count - dataOffset
        guard end <= dataByteCount else {
            throw SafetensorsError(.truncated, "the tensors take \(end) bytes; the file holds \(dataByteCount)")
        }
        guard end == dataByteCount else {
            throw SafetensorsError(.badLayout, "the file has \(dataByteCount - end) bytes after its last tensor")
        }
    }

    private static func length(in prefix: [UInt8]) -> UInt64 {
        prefix[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func metadata(from value: JSONValue) throws(SafetensorsError) -> [String: String] {
        guard case .object(let object) = value else {
            throw SafetensorsError(.malformedHeader, "__metadata__ is \(value.kindName), not a mapping")
        }
        var metadata: [String: String] = [:]
        for (key, value) in object {
            guard case .string(let text) = value else {
                throw SafetensorsError(.malformedHeader, "__metadata__.\(key) is \(value.kindName), not a string")
            }
            metadata[key] = text
        }
        return metadata
    }

    private static func tensor(_ name: String, from value: JSONValue) throws(SafetensorsError) -> Tensor {
        guard case .object(let object) = value, object.count == 3, let type = object["dtype"]?.stringValue,
            let sizes = object["shape"]?.arrayValue, let offsets = object["data_offsets"]?.arrayValue
        else {
            throw SafetensorsError(.malformedHeader, "\(name) does not have exactly dtype, shape and data_offsets")
        }
        let shape = try sizes.map { size throws(SafetensorsError) in try nonnegative(size, "a size", of: name) }
        let bounds = try offsets.map { size throws(SafetensorsError) in try nonnegative(size, "an offset", of: name) }
        guard bounds.count == 2, bounds[0] <= bounds[1] else {
            throw SafetensorsError(.badLayout, "\(name) has the offsets \(bounds); two ascending ones are needed")
        }
        // So that sums of offsets and lengths are safe to take.
        guard bounds[1] < .max / 4 else {
            throw SafetensorsError(.wrongLength, "\(name) ends at \(bounds[1]), beyond any file")
        }
        return Tensor(name: name, typeName: type, shape: shape, byteRange: bounds[0]..<bounds[1])
    }

    /// Only integers written as such: a size of 1.0 is not one.
    private static func nonnegative(_ value: JSONValue, _ what: String, of name: String) throws(SafetensorsError) -> Int
    {
        guard case .integer(let integer) = value, integer >= 0 else {
            throw SafetensorsError(.malformedHeader, "\(name) has \(what) that is not a whole number from 0 up")
        }
        return Int(integer)
    }
}

extension SafetensorsHeader.Tensor {
    /// The bytes that its type and shape ask for.
    fileprivate func neededByteCount() throws(SafetensorsError) -> Int {
        guard let type else {
            throw SafetensorsError(.unknownType, "\(name) has the type \(typeName), which is not known")
        }
        var byteCount = type.byteCount
        for size in shape {
            let (product, overflows) = byteCount.multipliedReportingOverflow(by: size)
            guard !overflows else { throw SafetensorsError(.wrongLength, "\(name) has a shape too large to count") }
            byteCount = product
        }
        return byteCount
    }
}

// MARK: A file that is still coming in

extension SafetensorsHeader {
    /// The verdict on the first bytes of a file.
    package enum Start: Equatable {
        /// More bytes are needed: at least this many from the start of the file.
        case incomplete(byteCount: Int)
        /// There may be a header, which ends here.
        case header(byteCount: Int)
        /// This is no safetensors file, or one whose header is too long.
        case none
    }

    /// Looks at the first bytes of a file for a header of at most `maximumByteCount` bytes after its length.
    package static func start(of bytes: [UInt8], maximumByteCount: Int) -> Start {
        guard bytes.count >= 9 else { return .incomplete(byteCount: 9) }
        let length = length(in: bytes)
        guard bytes[8] == UInt8(ascii: "{"), length >= 2, length <= UInt64(maximumByteCount) else { return .none }
        let byteCount = 8 + Int(length)
        return bytes.count < byteCount ? .incomplete(byteCount: byteCount) : .header(byteCount: byteCount)
    }
}

// MARK: Writing

extension SafetensorsHeader {
    /// The first bytes of a file whose tensors follow one another in the order given; the data come next.
    ///
    /// Metadata are sorted by the bytes of their keys, and the header is filled up with spaces so that the data begin at
    /// a multiple of 8, as the reference implementation does it. The names must differ from each other and from
    /// `__metadata__`.
    package static func encode(
        _ tensors: [(name: String, type: SafetensorsType, shape: [Int])], metadata: [String: String] = [:]
    ) -> [UInt8] {
        var members: [(String, JSONValue)] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(
                ("__metadata__", .object(JSONObject(uniqueKeysWithValues: texts.map { ($0.key, .string($0.value)) }))))
        }
        var offset = 0
        for (name, type, shape) in tensors {
            precondition(name != "__metadata__", "__metadata__ is not a valid tensor name")
            let end = offset + shape.reduce(type.byteCount, *)
            members.append(
                (
                    name,
                    [
                        "dtype": .string(type.rawValue), "shape": .array(shape.map { .integer(Int64($0)) }),
                        "data_offsets": [.integer(Int64(offset)), .integer(Int64(end))],
                    ]
                ))
            offset = end
        }
        let text = JSONValue.object(JSONObject(uniqueKeysWithValues: members)).encoded()
        let padding = (8 - text.count % 8) % 8
        precondition(text.count + padding <= maximumByteCount, "the header is longer than the format allows")
        return withUnsafeBytes(of: UInt64(text.count + padding).littleEndian) { Array($0) } + text
            + repeatElement(UInt8(ascii: " "), count: padding)
    }
}
