package import Foundation
package import Scans
package import TrainingConfiguration

/// A prepared scan in a temporary file that is mapped into memory: the system keeps of it what fits.
///
/// The file has no name any more once it is written, so that it goes with its owner, also one that is killed.
package final class MappedScan: PatchSource {
    package let size: VolumeSize
    package let nodules: [Nodule]
    package let anchors: [[UInt32]]
    private let name: String
    private let isUpsideDown: Bool
    private let memory: UnsafeMutableRawPointer

    /// Writes the scan into a new file of `folder`. Throws `.unreadable` when there is no room or no right.
    package init(_ scan: Scan, in folder: URL) throws(ScanError) {
        size = scan.size
        nodules = scan.nodules
        anchors = scan.anchors
        name = scan.name
        isUpsideDown = scan.isUpsideDown
        let path = folder.appending(path: "pivot-scan-XXXXXX").path(percentEncoded: false)
        var template = Array(path.utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure("created", in: folder) }
        defer { close(descriptor) }
        unlink(template)
        var position = 0
        for values in [scan.volume.values, scan.target.values] {
            let isWritten = values.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let count = pwrite(
                        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                        off_t(position + written))
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { return false }
                    written += count
                }
                position += written
                return true
            }
            guard isWritten else { throw Self.failure("written", in: folder) }
        }
        guard let memory = mmap(nil, position, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw Self.failure("mapped", in: folder)
        }
        self.memory = memory
    }

    deinit { munmap(memory, byteCount) }

    private var byteCount: Int { 2 * size.voxelCount * MemoryLayout<Float>.size }

    package func withVoxels(
        _ body: (_ volume: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>) -> Void
    ) {
        let floats = memory.assumingMemoryBound(to: Float.self)
        body(
            UnsafeBufferPointer(start: floats, count: size.voxelCount),
            UnsafeBufferPointer(start: floats + size.voxelCount, count: size.voxelCount))
    }

    /// The scan, read back into memory.
    package var scan: Scan {
        var volume: [Float] = []
        var target: [Float] = []
        withVoxels { voxels, labels in
            volume = Array(voxels)
            target = Array(labels)
        }
        return Scan(
            name: name, volume: Volume(size: size, values: volume), nodules: nodules,
            target: Volume(size: size, values: target), anchors: anchors, isUpsideDown: isUpsideDown)
    }

    private static func failure(_ what: String, in folder: URL) -> ScanError {
        ScanError(
            .unreadable, file: folder.path(percentEncoded: false),
            "a file for a prepared scan cannot be \(what): \(String(cString: strerror(errno))). Free space there, set "
                + "TMPDIR to another folder, or raise data.cache_mb")
    }
}
