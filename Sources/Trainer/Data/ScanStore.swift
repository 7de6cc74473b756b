package import Foundation
package import Scans
import TrainingConfiguration

/// The scans of a training, each prepared when it is first asked for and kept from then on.
///
/// The first ones stay in memory up to a budget that all parts share; the others go to temporary files that are mapped. So
/// the memory of scans is the budget, and for the moment of its preparation what one scan takes (its file's voxels and twice
/// its floats). What is given out does not depend on where it is kept.
package final class ScanStore {
    private let source: any ScanSource
    private let folder: URL
    private var budget: Int
    private var warnings: [String] = []
    private var kept: [Key: any PatchSource] = [:]

    private struct Key: Hashable {
        let split: ScanSplit
        let index: Int
    }

    /// Keeps scans of up to `byteCount` bytes together in memory, and further ones in files of `folder`.
    package init(_ source: any ScanSource, byteCount: Int, folder: URL) {
        self.source = source
        self.folder = folder
        budget = byteCount
    }

    package func count(of split: ScanSplit) -> Int { source.scanCount(of: split) }

    /// The scan at `index` of a part, to cut patches from.
    package func scan(_ split: ScanSplit, _ index: Int) throws(ScanError) -> any PatchSource {
        let key = Key(split: split, index: index)
        if let scan = kept[key] { return scan }
        let scan = try source.scan(split, index)
        warnings += scan.warnings
        let byteCount = 2 * scan.size.voxelCount * MemoryLayout<Float>.size
        let result: any PatchSource
        if byteCount <= budget {
            budget -= byteCount
            result = scan
        } else {
            result = try MappedScan(scan, in: folder)
        }
        kept[key] = result
        return result
    }

    /// The warnings of the scans that were prepared since the last call, each once.
    package func takeWarnings() -> [String] {
        defer { warnings = [] }
        var seen: Set<String> = []
        return warnings.filter { seen.insert($0).inserted }
    }

    /// The whole scan at `index` of a part, in memory.
    package func whole(_ split: ScanSplit, _ index: Int) throws(ScanError) -> Scan {
        switch try scan(split, index) {
        case let scan as Scan: return scan
        case let mapped as MappedScan: return mapped.scan
        default: return try source.scan(split, index)
        }
    }
}
