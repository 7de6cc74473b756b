import Safetensors

/// The way to cut the bytes of an upload: into the file's own pack, and into tensors of their own.
package struct UploadPlan: Equatable, Sendable {
    /// A stretch of the content.
    package struct Region: Equatable, Sendable {
        /// Its length in bytes.
        package var byteCount: Int64
        /// The form in which it is stored.
        package var kind: Kind

        package init(byteCount: Int64, kind: Kind) {
            self.byteCount = byteCount
            self.kind = kind
        }
    }

    /// The forms in which a region can be stored.
    package enum Kind: Equatable, Sendable {
        /// Frames of the file's pack. Without a transform one is looked for.
        case frames(FrameTransform?)
        /// Chunks, each stored once for all files that hold it.
        case chunks
        /// A tensor, stored once for all files that hold it, and with a base as the difference from that where it is smaller.
        case tensor(FrameTransform, UploadBase? = nil)
    }

    /// The regions from the content's start.
    package var regions: [Region] = []
    /// The form of what comes after them.
    package var rest: Kind
}

extension UploadPlan {
    /// Headers of safetensors files longer than this are not looked at, so that an upload's memory stays small.
    static let maximumHeaderByteCount = 1 << 20
    /// A tensor of this size or more may be stored on its own.
    private static let smallestTensor = 1 << 16
    /// The most that one tensor of its own takes beside its frames: its row and digest in the file's pack, its own
    /// pack's header, row and footer, and the row of the frame that follows it.
    private static let byteCountPerTensor =
        PackFormat.fixedByteCount + 3 * PackFormat.rowByteCount + PackFormat.digestByteCount

    /// Plans to cut a safetensors file that begins with `start`, its whole header; nil when that is no sound header.
    ///
    /// It is a function of the header alone, so that equal files have equal manifests. Tensors of 64 KiB and more are
    /// stored on their own, unless there are so many small ones that what is kept beside them would come to more than
    /// 0.1 % and 4 KiB of the file; then the size from which they are is doubled until it does not.
    package init?(safetensors start: [UInt8]) {
        do throws(SafetensorsError) {
            self.init(try SafetensorsHeader(prefix: start), parent: nil)
        } catch {
            return nil
        }
    }

    /// Plans to cut the safetensors file with `header`, whose tensors may be stored as differences from those of `parent`.
    init(_ header: SafetensorsHeader, parent: UploadParent?) {
        var own = header.tensors
        var smallest = Self.smallestTensor
        while true {
            own.removeAll { $0.byteRange.count < smallest }
            let total = own.reduce(0) { $0 + $1.byteRange.count }
            if own.count * Self.byteCountPerTensor <= total / 1250 + 3072 { break }
            smallest *= 2
        }
        let bases = parent?.bases(of: own)
        var regions: [Region] = []
        var end = -header.dataOffset
        for tensor in own {
            let gap = tensor.byteRange.lowerBound - end
            if gap > 0 { regions.append(Region(byteCount: Int64(gap), kind: .frames(nil))) }
            // A complex number is two floats; a type that is not known has no bytes to split off.
            let width = tensor.typeName == "C64" ? 4 : tensor.type?.byteCount ?? 1
            regions.append(
                Region(
                    byteCount: Int64(tensor.byteRange.count),
                    kind: .tensor(FrameTransform(width: width), bases?[tensor.name])))
            end = tensor.byteRange.upperBound
        }
        self.init(regions: regions, rest: .frames(nil))
    }
}
