import Foundation

/// A fresh folder that is deleted with everything in it when the last reference to it goes; in memory where the system has
/// a place for that, since tests commit thousands of times.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
        let url = parent.appendingPathComponent("projections-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) was not deleted: \(error)") }
    }
}
