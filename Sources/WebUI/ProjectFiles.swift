import Foundation
import NIOPosix
import Synchronization
import Text

/// The files of the project that a server shows: the API's contract, its page and the assets of its pages.
///
/// They lie in the checkout that the executable was built in, or where `PIVOT_HOME` says. A server works without them.
package struct ProjectFiles: Sendable {
    private let root: String?
    private let bundle = KeptBundle()

    /// The page's files once they have been read.
    private final class KeptBundle: Sendable {
        let value = Mutex<PageBundle?>(nil)
    }

    /// - Parameters:
    ///   - environment: `PIVOT_HOME` names the root.
    ///   - executable: Otherwise the nearest folder above the executable that has the contract.
    package init(environment: [String: String], executable: String) {
        if let home = environment["PIVOT_HOME"], !home.isEmpty {
            root = home
            return
        }
        var folder = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.path + "/" + Self.contractPath) {
                root = folder.path
                return
            }
            folder.deleteLastPathComponent()
        }
        root = nil
    }

    private static let contractPath = "schemas/rest/openapi.yaml"

    /// The text of the API's contract; nil when it is not there.
    func contract() -> String? {
        guard let root, let bytes = Self.contents(of: root + "/" + Self.contractPath) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads and packs the files of the page at `/`, so that the first who opens it does not wait for that. Returns once they are
    /// there, or some of them have been found missing.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func prepare() async throws {
        try await NIOThreadPool.singleton.runIfActive { _ = self.page() }
    }

    /// The files of the page at `/` when they have been read; nil also while somebody reads them.
    var keptPage: PageBundle? { bundle.value.withLockIfAvailable { $0 } ?? nil }

    /// The files of the page at `/`, read when they are asked for first; nil while some are not there.
    func page() -> PageBundle? {
        guard let root else { return nil }
        return bundle.value.withLock { kept in
            if kept == nil { do { kept = try PageBundle(root: root) } catch { return nil } }
            return kept
        }
    }

    /// The bytes of an asset such as `swagger-ui/swagger-ui.css`; nil when it is not there or not below the asset folder.
    func asset(_ name: String) -> [UInt8]? {
        guard let root, !name.isEmpty else { return nil }
        let folder = URL(fileURLWithPath: root + "/.build/assets").resolvingSymlinksInPath().path
        let file = URL(fileURLWithPath: folder + "/" + name).standardizedFileURL.resolvingSymlinksInPath().path
        guard file.hasPrefix(folder + "/") else { return nil }
        return Self.contents(of: file)
    }

    /// The most bytes of a file that is shown.
    private static let maximumByteCount = 16 << 20

    private static func contents(of file: String) -> [UInt8]? {
        do { return try RegularFile.contents(of: file, upTo: maximumByteCount) } catch { return nil }
    }
}
