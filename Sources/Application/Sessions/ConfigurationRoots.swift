import Foundation
import Synchronization
import Text
package import TrainingConfiguration

/// The folders that sessions' configuration files may lie in.
///
/// A root is a folder `configs`, or one that holds a folder `configs`; only what lies in that folder can be named, as
/// `configs/train.yaml` or `train.yaml`.
package struct ConfigurationRoots: Sendable {
    /// The largest file that is read, in bytes.
    static let maximumFileByteCount = 1 << 20
    /// The most reads that go on at once: a disk that does not answer holds no more threads than these.
    static let maximumReadCount = 8
    /// The most entries of a root that are looked at to name its files.
    private static let maximumEntryCount = 10_000
    /// The most files that an error names.
    private static let maximumListedFileCount = 50

    /// The reason that a path names no configuration.
    package enum Failure: Error, Equatable {
        /// The path itself cannot be: absolute, with `..`, or it leaves the roots by a link.
        case notAllowed(String)
        /// No root has the file; these are there.
        case missing(String, available: [String])
        case unreadable(String)
        /// As many reads as may go on at once wait for the disk.
        case busy
    }

    /// The folders whose files can be named.
    private let folders: [String]
    private let reads = Reads()

    /// The reads that go on, on threads of their own.
    private final class Reads: Sendable {
        let count = Atomic<Int>(0)
        let queue = DispatchQueue(label: "pivot.configurations", attributes: .concurrent)
    }

    /// - Parameter roots: Folders, absolute or relative to the working directory.
    package init(_ roots: [String]) {
        folders = roots.map { root in
            let root = URL(fileURLWithPath: root).standardizedFileURL.path
            var isFolder: ObjCBool = false
            let inner = root + "/configs"
            let hasInner = FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder) && isFolder.boolValue
            return hasInner ? inner : root
        }
    }

    /// The configuration that `path` names, such as `configs/train.yaml`, read while this thread does other things.
    ///
    /// - Throws: `Failure` and `ConfigurationError`.
    package func source(at path: String) async throws -> ConfigurationSource {
        guard reads.count.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumReadCount else {
            reads.count.wrappingSubtract(1, ordering: .relaxed)
            throw Failure.busy
        }
        return try await withCheckedThrowingContinuation { continuation in
            reads.queue.async {
                let result = Result { try self.read(path) }
                self.reads.count.wrappingSubtract(1, ordering: .relaxed)
                continuation.resume(with: result)
            }
        }
    }

    private func read(_ path: String) throws -> ConfigurationSource {
        try ConfigurationSource(try text(at: path), fileName: path)
    }

    private func text(at path: String) throws(Failure) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.hasPrefix("/"), !path.contains("\0"), !path.contains("\\") else {
            throw .notAllowed("give a path below a configuration root, such as configs/train.yaml, not an absolute one")
        }
        guard !parts.contains("..") else { throw .notAllowed("the path must not contain '..'") }
        let name = parts.first == "configs" ? parts.dropFirst().joined(separator: "/") : path
        for folder in folders {
            let file = folder + "/" + name
            var isFolder: ObjCBool = false
            guard !name.isEmpty, FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let real = resolved(file)
            guard real.hasPrefix(resolved(folder) + "/") else {
                throw .notAllowed("the file is a link that leads out of its configuration root")
            }
            return try read(real, path)
        }
        throw .missing(path, available: available())
    }

    private func read(_ file: String, _ path: String) throws(Failure) -> String {
        let bytes: [UInt8]
        do throws(RegularFile.Fault) {
            bytes = try RegularFile.contents(of: file, upTo: Self.maximumFileByteCount)
        } catch {
            throw .unreadable("\(path) \(error)")
        }
        do throws(PlainTextFault) {
            return try PlainText.decode(bytes)
        } catch {
            throw .unreadable("\(path) \(error.description)")
        }
    }

    /// The configuration files of all roots, as `config_path` names them.
    package func available() -> [String] {
        var names: Set<String> = []
        for folder in folders {
            guard let files = FileManager.default.enumerator(atPath: folder) else { continue }
            for case let file as String in files.lazy.prefix(Self.maximumEntryCount) {
                let name = file.lowercased()
                guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json") else { continue }
                names.insert("configs/" + file)
                if names.count >= Self.maximumListedFileCount { break }
            }
        }
        return names.sorted()
    }

    private func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}
