import JSON

/// The header of a safetensors file: an 8-byte length, then JSON that names each tensor's type, shape and place.
package struct SafetensorsHeader {
    /// A tensor's place, counted from the end of the header.
    struct Tensor: Equatable, Sendable {
        var range: Range<Int64>
        /// Bytes of one number; 1 where there are no bytes to split.
        var width: Int
    }

    /// Headers longer than this are not looked at, so that an upload's memory stays small.
    static let maximumByteCount = 1 << 20
    /// A tensor of this size or more may be stored on its own.
    static let smallestTensor: Int64 = 1 << 16
    /// The most that one tensor of its own takes beside its frames: its row and digest in the file's pack, its own
    /// pack's header, row and footer, and the row of the frame that follows it.
    static let byteCountPerTensor = Int64(
        PackFormat.fixedByteCount + 3 * PackFormat.rowByteCount + PackFormat.digestByteCount)

    /// How many bytes the header has, with its length.
    let byteCount: Int
    /// The tensors in the order of their bytes; they do not overlap.
    let tensors: [Tensor]

    /// What the first bytes of a file say.
    package enum Start: Equatable {
        /// More bytes are needed: at least this many from the start of the file.
        case incomplete(byteCount: Int)
        /// There may be a header of this size.
        case header(byteCount: Int)
        /// This is no safetensors file, or one whose header is too long.
        case none
    }

    /// Looks at the first bytes of a file.
    package static func start(of bytes: [UInt8]) -> Start {
        guard bytes.count >= 9 else { return .incomplete(byteCount: 9) }
        let length = bytes.withUnsafeBytes { $0.littleEndian(at: 0, as: UInt64.self) }
        guard bytes[8] == UInt8(ascii: "{"), length >= 2, length <= UInt64(maximumByteCount) else { return .none }
        let byteCount = 8 + Int(length)
        return bytes.count < byteCount ? .incomplete(byteCount: byteCount) : .header(byteCount: byteCount)
    }

    /// Reads a whole header, whose size `start(of:)` told; nil when it is not one of a safetensors file.
    package init?(_ bytes: ArraySlice<UInt8>) {
        byteCount = bytes.count
        let members: JSONObject
        do {
            guard let object = try JSONValue.parse(Array(bytes.dropFirst(8))).objectValue else { return nil }
            members = object
        } catch {
            return nil
        }
        var tensors: [Tensor] = []
        for (name, value) in members where name != "__metadata__" {
            guard
                let object = value.objectValue, let type = object["dtype"]?.stringValue,
                let offsets = object["data_offsets"]?.arrayValue, offsets.count == 2,
                let start = offsets[0].integerValue, let end = offsets[1].integerValue, start >= 0, end >= start
            else { return nil }
            tensors.append(Tensor(range: start..<end, width: Self.width(of: type)))
        }
        tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        for (earlier, later) in zip(tensors, tensors.dropFirst()) {
            guard earlier.range.upperBound <= later.range.lowerBound else { return nil }
        }
        guard (tensors.last?.range.upperBound ?? 0) < Int64.max / 4 else { return nil }
        self.tensors = tensors
    }

    /// How to cut the file.
    ///
    /// It is a function of the header alone, so that equal files have equal manifests. Tensors of 64 KiB and more are
    /// stored on their own, unless there are so many small ones that what is kept beside them would come to more than
    /// 0.1 % and 4 KiB of the file; then the size from which they are is doubled until it does not.
    package func plan() -> UploadPlan {
        var smallest = Self.smallestTensor
        while true {
            let own = tensors.filter { $0.range.upperBound - $0.range.lowerBound >= smallest }
            let total = own.reduce(0) { $0 + $1.range.upperBound - $1.range.lowerBound }
            if Int64(own.count) * Self.byteCountPerTensor <= total / 1250 + 3072 { return plan(cutting: own) }
            smallest *= 2
        }
    }

    private func plan(cutting own: [Tensor]) -> UploadPlan {
        var regions: [UploadPlan.Region] = []
        var end = -Int64(byteCount)
        for tensor in own {
            let gap = tensor.range.lowerBound - end
            if gap > 0 { regions.append(.init(byteCount: gap, kind: .frames(nil))) }
            let byteCount = tensor.range.upperBound - tensor.range.lowerBound
            regions.append(.init(byteCount: byteCount, kind: .tensor(FrameTransform(width: tensor.width))))
            end = tensor.range.upperBound
        }
        return UploadPlan(regions: regions, transform: nil)
    }

    /// Bytes of one number of a safetensors type; 1 for the types that have no byte of their own to split off.
    private static func width(of type: String) -> Int {
        switch type {
        case "F16", "BF16", "I16", "U16": 2
        case "F32", "I32", "U32", "C64": 4
        case "F64", "I64", "U64": 8
        default: 1
        }
    }
}
