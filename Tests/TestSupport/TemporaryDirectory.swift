package import Foundation

/// A fresh folder for one test, removed with everything in it when the last reference to it goes.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    /// - Parameter isInMemory: Whether it lies in memory where the system has a place for that: for tests that commit
    ///   thousands of times and do not mind what a disk is.
    package init(isInMemory: Bool = false) throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let hasMemory = isInMemory && FileManager.default.isWritableFile(atPath: memory.path)
        let parent = hasMemory ? memory : FileManager.default.temporaryDirectory
        url = parent.appendingPathComponent("pivot-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    package var path: String { url.path }

    /// All files under the folder, as paths from it, in order.
    package func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            FileHandle.standardError.write(Data("left behind: \(url.path): \(error)\n".utf8))
        }
    }
}
