import Safetensors
import Tracking

/// The tensor that another one may be stored as the difference from.
package struct UploadBase: Equatable, Sendable {
    /// The tensor's pack.
    var digest: Digest
    /// True when the two are floating-point numbers; else bits are compared.
    var areNumbers: Bool
}

/// The safetensors file before an upload, from whose tensors the upload's may be stored as differences.
///
/// Reading a difference takes reading its base as well. So that all of a file takes at most two reads of stored data for each
/// byte, a tensor leans on one of the parent's that stands for itself, or on the base of one that does not. It leans on one
/// that is itself a difference, and more alike, only for as many bytes as other tensors are stored for themselves, since they
/// differ too much from their parents': such as the first moments of an optimizer.
struct UploadParent {
    private struct Tensor {
        let typeName: String
        let shape: [Int]
        let digest: Digest
        let bases: [Digest]
    }

    private var tensors: [String: Tensor] = [:]
    private let hasDifferences: Bool

    /// Reads which tensors the file `digest` has, and pins those, with what they lean on, by `pin`. Nil when there is no such
    /// file, or it cannot be read: then an upload goes without.
    init?(_ digest: Digest, in directory: BlobDirectory, pin: BlobPin) {
        do throws(BlobError) {
            guard let pack = try directory.pack(digest), !pack.table.tensors.isEmpty,
                let header = try Self.header(of: pack, in: directory)
            else { return nil }
            let table = pack.table
            for tensor in header.tensors {
                let start = Int64(header.dataOffset + tensor.byteRange.lowerBound)
                guard !tensor.byteRange.isEmpty, start < table.byteCount, case let row = table.row(at: start),
                    table.contentOffsets[row] == start, case .tensor(let digest, let byteCount) = table.rows[row],
                    byteCount == tensor.byteRange.count, let stored = try directory.renew(digest, pin: pin)
                else { continue }
                tensors[tensor.name] = Tensor(
                    typeName: tensor.typeName, shape: tensor.shape, digest: digest, bases: stored.bases)
            }
        } catch {
            return nil
        }
        hasDifferences = tensors.values.contains { !$0.bases.isEmpty }
    }

    private static func header(of pack: StoredPack, in directory: BlobDirectory) throws(BlobError) -> SafetensorsHeader?
    {
        let chain = try PackChain(pack, in: directory)
        var reader = try PackReader()
        let memory = FrameMemory()
        var start: [UInt8] = []
        for (index, row) in pack.table.rows.enumerated() {
            guard case .frame(let frame) = row, start.count <= UploadPlan.maximumHeaderByteCount else { break }
            let content = memory.bytes.mutablePrefix(frame.byteCount)
            try chain.read(row: index, into: content, using: &reader)
            start += content
        }
        do throws(SafetensorsError) { return try SafetensorsHeader(prefix: start) } catch { return nil }
    }

    /// The bases of `tensors`, by name.
    func bases(of tensors: [SafetensorsHeader.Tensor]) -> [String: UploadBase] {
        var bases: [String: UploadBase] = [:]
        // The bytes that may be read once more: those that are read only once.
        var spareByteCount: Int64 = 0
        var (further, unlikely): ([SafetensorsHeader.Tensor], [SafetensorsHeader.Tensor]) = ([], [])
        for tensor in tensors {
            guard let known = known(tensor) else {
                spareByteCount += Int64(tensor.byteRange.count)
                continue
            }
            bases[tensor.name] = UploadBase(
                digest: known.bases.last ?? known.digest,
                areNumbers: tensor.type?.isFloatingPoint ?? (tensor.typeName == "C64"))
            if known.bases.count == 1 { further.append(tensor) }
            if known.bases.isEmpty, hasDifferences {
                // Among others that do not, it stands for itself: a difference was tried, and larger.
                unlikely.append(tensor)
                spareByteCount += Int64(tensor.byteRange.count)
            }
        }
        for tensor in further where spareByteCount >= tensor.byteRange.count {
            spareByteCount -= Int64(tensor.byteRange.count)
            if let near = known(tensor)?.digest { bases[tensor.name]?.digest = near }
        }
        for tensor in unlikely {
            guard spareByteCount < tensor.byteRange.count else {
                spareByteCount -= Int64(tensor.byteRange.count)
                continue
            }
            bases[tensor.name] = nil
        }
        return bases
    }

    /// The parent's tensor of the same name, type and shape.
    private func known(_ tensor: SafetensorsHeader.Tensor) -> Tensor? {
        guard let known = tensors[tensor.name], known.typeName == tensor.typeName, known.shape == tensor.shape else {
            return nil
        }
        return known
    }
}
