import Checksum
import Tracking

/// The contents of a pack: its rows and where they are, its content's size and digest.
struct PackTable: Equatable, Sendable {
    /// The pieces of the content, in order.
    let rows: [PackRow]
    /// The packs that the content needs beside its tensors. Of a pack with frames: its base, and that one's. Of a file with
    /// tensors: their bases. Of one with slices: those that they are parts of.
    let bases: [Digest]
    /// The address: the SHA-256 of the content, or of a bundle's chunks.
    let digest: Digest
    /// True for a bundle, whose address is not that of its content.
    let isBundle: Bool
    /// The start of each row in the content, and at last the content's end.
    let contentOffsets: [Int64]
    /// The start of each row's bytes in the pack, and at last that of the table.
    let storedOffsets: [Int64]

    init(rows: [PackRow], bases: [Digest] = [], isBundle: Bool = false, digest: Digest) {
        self.isBundle = isBundle
        self.rows = rows
        self.bases = bases
        self.digest = digest
        var content: Int64 = 0
        var stored = Int64(PackFormat.headerByteCount)
        var contentOffsets: [Int64] = [0]
        var storedOffsets: [Int64] = [stored]
        contentOffsets.reserveCapacity(rows.count + 1)
        storedOffsets.reserveCapacity(rows.count + 1)
        for row in rows {
            content += row.byteCount
            stored += row.storedByteCount
            contentOffsets.append(content)
            storedOffsets.append(stored)
        }
        self.contentOffsets = contentOffsets
        self.storedOffsets = storedOffsets
    }

    /// The bytes of content.
    var byteCount: Int64 { contentOffsets[rows.count] }

    /// The tensors that are objects of their own, in order.
    var tensors: [Digest] {
        rows.compactMap { row in
            if case .tensor(let digest, _) = row { digest } else { nil }
        }
    }

    /// All other objects that the content needs.
    var references: Set<Digest> { Set(tensors + bases) }

    /// True for a file that is put together from other packs' contents.
    var isComposed: Bool {
        rows.contains { row in
            switch row {
            case .frame: false
            case .tensor, .slice: true
            }
        }
    }

    /// The height of the object above those that it refers to: a composed file stands on them, a pack on its bases.
    var level: Int { isComposed ? PackFormat.maximumBaseCount + 1 : bases.count }

    /// The form in which the content lies in the store, in one word.
    var encoding: BlobEncoding {
        var encoding = BlobEncoding.raw
        for case .frame(let frame) in rows where frame.compressedPlanes != 0 {
            if frame.transform != .bytes { encoding = .planes }
            if encoding == .raw { encoding = .zstandard }
        }
        if case .slice? = rows.first { return .chunks }
        return tensors.isEmpty ? encoding : .tensors
    }

    /// The row that holds the byte of content at `offset`, which lies within the content.
    func row(at offset: Int64) -> Int {
        var low = 0
        var high = rows.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if contentOffsets[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    // MARK: Bytes

    /// The bytes after the last frame in the pack: rows, tensors' digests and footer.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * PackFormat.rowByteCount + PackFormat.footerByteCount)
        for row in rows {
            switch row {
            case .frame(let frame):
                bytes += [1, frame.transform.rawValue, frame.compressedPlanes, frame.difference.rawValue]
                bytes.append(littleEndian: UInt32(frame.byteCount))
                bytes.append(littleEndian: UInt32(frame.storedByteCount))
                bytes.append(littleEndian: UInt32(frame.headByteCount))
                bytes.append(littleEndian: frame.checksum)
            case .tensor(_, let byteCount):
                bytes += [2, 0, 0, 0, 0, 0, 0, 0]
                bytes.append(littleEndian: byteCount)
                bytes.append(littleEndian: UInt64(0))
            case .slice(let base, let offset, let byteCount):
                bytes += [3, 0, 0, 0]
                bytes.append(littleEndian: UInt32(base))
                bytes.append(littleEndian: offset)
                bytes.append(littleEndian: byteCount)
            }
        }
        let tensors = tensors
        for digest in tensors + bases { bytes += digest.bytes }
        bytes.append(littleEndian: byteCount)
        bytes.append(littleEndian: storedOffsets[rows.count])
        bytes.append(littleEndian: UInt32(rows.count))
        bytes.append(littleEndian: UInt32(tensors.count) | (isBundle ? PackFormat.bundleFlag : 0))
        bytes += digest.bytes
        let checked = PackFormat.header() + bytes
        bytes.append(littleEndian: checked.withUnsafeBytes { Check64.of($0) })
        return bytes
    }

    /// Reads a table from what follows the last frame in a pack of `packByteCount` bytes; nil when anything in it
    /// contradicts anything else. The header has been compared with that of `version` already.
    init?(decoding bytes: UnsafeRawBufferPointer, version: UInt8, packByteCount: Int64) {
        guard bytes.count >= PackFormat.footerByteCount else { return nil }
        var checked = PackFormat.header(version: version)
        checked += bytes.dropLast(8)
        let footer = bytes.count - PackFormat.footerByteCount
        guard
            checked.withUnsafeBytes({ Check64.of($0) })
                == bytes.littleEndian(at: bytes.count - 8, as: UInt64.self),
            let digest = Digest(bytes: bytes[(footer + 24)..<(footer + 56)])
        else { return nil }
        let rowCount = Int(bytes.littleEndian(at: footer + 16, as: UInt32.self))
        let flaggedCount = bytes.littleEndian(at: footer + 20, as: UInt32.self)
        let isBundle = version > 1 && flaggedCount & PackFormat.bundleFlag != 0
        let tensorCount = Int(isBundle ? flaggedCount & ~PackFormat.bundleFlag : flaggedCount)
        let tensorsStart = rowCount * PackFormat.rowByteCount
        let basesStart = tensorsStart + tensorCount * PackFormat.digestByteCount
        guard tensorCount <= rowCount, basesStart <= footer,
            (footer - basesStart).isMultiple(of: PackFormat.digestByteCount), version > 1 || basesStart == footer
        else { return nil }
        let bases = stride(from: basesStart, to: footer, by: PackFormat.digestByteCount).compactMap {
            Digest(bytes: bytes[$0..<$0 + PackFormat.digestByteCount])
        }
        var rows: [PackRow] = []
        rows.reserveCapacity(rowCount)
        var tensors = 0
        var content: Int64 = 0
        for index in 0..<rowCount {
            var tensor: Digest?
            let start = index * PackFormat.rowByteCount
            if bytes[start] == 2, tensors < tensorCount {
                let position = tensorsStart + tensors * PackFormat.digestByteCount
                tensor = Digest(bytes: bytes[position..<position + PackFormat.digestByteCount])
                tensors += 1
            }
            guard let row = PackRow(decoding: bytes, at: start, tensor: tensor) else { return nil }
            let (sum, overflow) = content.addingReportingOverflow(row.byteCount)
            guard !overflow else { return nil }
            content = sum
            rows.append(row)
        }
        self.init(rows: rows, bases: bases, isBundle: isBundle, digest: digest)
        guard
            tensors == tensorCount, version > 1 || !rows.contains(where: \.isOfSecondVersion),
            isComposed || bases.count <= PackFormat.maximumBaseCount, !isBundle || (!isComposed && bases.isEmpty),
            !rows.contains(where: \.needsBase) || (!isComposed && !bases.isEmpty),
            rows.allSatisfy({ row in if case .slice(let base, _, _) = row { base < bases.count } else { true } }),
            content == bytes.littleEndian(at: footer, as: Int64.self),
            storedOffsets[rowCount] == bytes.littleEndian(at: footer + 8, as: Int64.self),
            storedOffsets[rowCount] + Int64(bytes.count) == packByteCount
        else { return nil }
    }
}

extension PackRow {
    fileprivate var isOfSecondVersion: Bool {
        switch self {
        case .frame(let frame): frame.difference != .none || frame.headByteCount != 0
        case .tensor: false
        case .slice: true
        }
    }

    fileprivate var needsBase: Bool {
        if case .frame(let frame) = self { frame.difference != .none } else { false }
    }

    /// Reads a row; nil when it is none, or describes a frame that no writer makes. `tensor` is the digest that belongs
    /// to it when it is a tensor's.
    fileprivate init?(decoding bytes: UnsafeRawBufferPointer, at start: Int, tensor: Digest?) {
        switch bytes[start] {
        case 1:
            let byteCount = Int(bytes.littleEndian(at: start + 4, as: UInt32.self))
            let storedByteCount = Int(bytes.littleEndian(at: start + 8, as: UInt32.self))
            let compressed = bytes[start + 2]
            guard
                let transform = FrameTransform(rawValue: bytes[start + 1]),
                let difference = FrameDifference(rawValue: bytes[start + 3]),
                case let head = Int(bytes.littleEndian(at: start + 12, as: UInt32.self)), head < 8,
                head == 0 || (transform != .bytes && difference == .none),
                (1...PackFormat.frameByteCount).contains(byteCount), Int(compressed) < 1 << transform.width,
                compressed != 0 || transform == .bytes
            else { return nil }
            let isSized =
                switch difference {
                case .none:
                    (1...byteCount).contains(storedByteCount) && (compressed != 0 || storedByteCount == byteCount)
                case .bits: (1...byteCount).contains(storedByteCount) && compressed != 0
                case .numbers: (1...byteCount).contains(storedByteCount) && transform != .bytes
                case .equal: storedByteCount == 0 && compressed == 0
                }
            guard isSized else { return nil }
            self = .frame(
                Frame(
                    transform: transform, compressedPlanes: compressed, byteCount: byteCount,
                    storedByteCount: storedByteCount, checksum: bytes.littleEndian(at: start + 16, as: UInt64.self),
                    difference: difference, headByteCount: head))
        case 2:
            let byteCount = bytes.littleEndian(at: start + 8, as: Int64.self)
            guard
                let tensor, byteCount > 0, bytes[(start + 1)..<(start + 8)].allSatisfy({ $0 == 0 }),
                bytes.littleEndian(at: start + 16, as: UInt64.self) == 0
            else { return nil }
            self = .tensor(tensor, byteCount: byteCount)
        case 3:
            let offset = bytes.littleEndian(at: start + 8, as: Int64.self)
            let byteCount = bytes.littleEndian(at: start + 16, as: Int64.self)
            guard offset >= 0, byteCount > 0, !offset.addingReportingOverflow(byteCount).overflow,
                bytes[(start + 1)..<(start + 4)].allSatisfy({ $0 == 0 })
            else { return nil }
            let base = Int(bytes.littleEndian(at: start + 4, as: UInt32.self))
            self = .slice(base: base, offset: offset, byteCount: byteCount)
        default:
            return nil
        }
    }
}
