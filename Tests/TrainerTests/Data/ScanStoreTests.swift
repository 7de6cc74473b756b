import Foundation
import Scans
import TestSupport
import Testing
import Trainer
import TrainingConfiguration

@Suite("Keeping prepared scans")
struct ScanStoreTests {
    /// Counts how often a scan is prepared.
    final class CountingSource: ScanSource, @unchecked Sendable {
        // Only the test's own thread asks.
        var count = 0

        func scanCount(of split: ScanSplit) -> Int { 4 }

        func scan(_ split: ScanSplit, _ index: Int) throws(ScanError) -> Scan {
            count += 1
            let size = VolumeSize(depth: 3, height: 5, width: 7 + index)
            let values = (0..<size.voxelCount).map { Float($0 + 1000 * index) }
            return Scan(
                name: "\(split.rawValue)-\(index)", volume: Volume(size: size, values: values),
                nodules: [Nodule(depth: 1, height: 2, width: 3, radius: 1)],
                target: Volume(size: size, values: values.map { -$0 }), anchors: [[1, 2], [3]], isUpsideDown: true)
        }
    }

    @Test(
        "what is given out does not depend on the budget, and each scan is prepared once",
        arguments: [0, 2000, 1 << 20])
    func same(byteCount: Int) throws {
        let folder = try TemporaryDirectory()
        let source = CountingSource()
        let store = ScanStore(source, byteCount: byteCount, folder: folder.url)
        for _ in 0..<3 {
            for split in ScanSplit.allCases {
                for index in 0..<4 {
                    let expected = try CountingSource().scan(split, index)
                    #expect(try store.whole(split, index) == expected)
                    let scan = try store.scan(split, index)
                    #expect(scan.size == expected.size && scan.anchors == expected.anchors)
                    scan.withVoxels { volume, target in
                        #expect(Array(volume) == expected.volume.values && Array(target) == expected.target.values)
                    }
                }
            }
        }
        #expect(source.count == 8)
        // Files have no names, so that none is left by a trainer that is killed.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path(percentEncoded: false)).isEmpty)
    }

    @Test("beyond the budget scans are mapped, within it they are in memory")
    func budget() throws {
        let folder = try TemporaryDirectory()
        // The first scan takes 840 bytes, the second 960.
        let store = ScanStore(CountingSource(), byteCount: 1000, folder: folder.url)
        #expect(try store.scan(.training, 0) is Scan)
        #expect(try store.scan(.training, 1) is MappedScan)
        #expect(try store.scan(.validation, 0) is MappedScan)
    }

    @Test("a folder without room is named with what to do")
    func noFolder() throws {
        let store = ScanStore(CountingSource(), byteCount: 0, folder: URL(filePath: "/nonexistent"))
        let error = #expect(throws: ScanError.self) { try store.scan(.training, 0) }
        #expect(error?.code == .unreadable && error?.message.contains("TMPDIR") == true)
    }
}
