import TrainingConfiguration

/// The scans of one part of the data set, made when first asked for and kept within a bound.
final class ScanCache {
    private let phantoms: PhantomVolumes
    private let split: ScanSplit
    private let capacity: Int
    private var scans: [Int: Scan] = [:]
    /// The indices of `scans`, the one made first in front.
    private var order: [Int] = []

    /// Keeps as many scans as fit `byteCount`, at least one.
    init(_ phantoms: PhantomVolumes, _ split: ScanSplit, byteCount: Int = 512 << 20) {
        self.phantoms = phantoms
        self.split = split
        capacity = max(1, byteCount / (8 * phantoms.settings.size.voxelCount))
    }

    var count: Int { phantoms.scanCount(of: split) }

    /// The scan at `index`, from 0.
    func scan(_ index: Int) -> Scan {
        if let scan = scans[index] { return scan }
        if order.count == capacity { scans[order.removeFirst()] = nil }
        let scan = phantoms.scan(split, index)
        scans[index] = scan
        order.append(index)
        return scan
    }
}
