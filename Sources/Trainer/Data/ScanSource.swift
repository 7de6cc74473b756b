package import Scans

/// A source of scans: generated, or read from a folder.
package protocol ScanSource: Sendable {
    /// The number of scans in a part of the data set.
    func scanCount(of split: ScanSplit) -> Int
    /// The scan at `index` (from 0) of a part, the same each time it is asked for.
    func scan(_ split: ScanSplit, _ index: Int) throws(ScanError) -> Scan
}

extension PhantomVolumes: ScanSource {}
