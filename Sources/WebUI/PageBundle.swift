import Compression
import Foundation
import Text
import Tracking

/// The files of the page at `/` in the form in which they are served: its own modules, the libraries that tools/fetch-assets
/// has fetched, and the schema of configurations.
///
/// All of them lie below one address that ends with the digest of them all. A module names another one by a relative path, so
/// what a browser has kept is right for as long as the address is, and is never asked for again.
struct PageBundle: Sendable {
    /// A file of the page, as it is and packed.
    struct File: Sendable {
        let bytes: [UInt8]
        let gzip: [UInt8]
        let zstd: [UInt8]
        /// The digest of `bytes`, without the name of its algorithm.
        let tag: String
    }

    /// The page's files by their paths below `address`.
    let files: [String: File]
    /// The page itself.
    let index: File
    /// Where the files are served.
    let address: String

    /// The first part of the address of all of the page's files below `/assets/`.
    static let prefix = "page/"

    /// Where the page's own modules lie in the project's folder.
    private static let folder = "Sources/WebUI/Page"
    /// What the page uses of other folders, by the path that it has for the page.
    private static let others = [
        "vendor/preact.js": ".build/assets/preact-10.27.2/preact-htm.min.js",
        "vendor/uplot.js": ".build/assets/uplot-1.6.31/uplot.iife.min.js",
        "vendor/uplot.css": ".build/assets/uplot-1.6.31/uplot.min.css",
        "session.schema.json": "schemas/config/session.schema.json",
    ]
    /// What stands in the page's source for its address.
    private static let placeholder = "{{base}}"
    /// The text that stands in the page's source for the links to the modules that its scripts need.
    private static let modulesPlaceholder = "{{modules}}"
    /// The modules that the page runs: the one that asks for the first rows at once, and the one that draws.
    private static let scripts = (first: "views/sessions/question.js", main: "main.js")

    /// Reads the page below the project's folder.
    ///
    /// - Throws: when a file is missing or cannot be read.
    init(root: String) throws {
        var contents: [String: [UInt8]] = [:]
        let folder = root + "/" + Self.folder
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.contains(".") {
            contents[name] = try Self.read(folder + "/" + name)
        }
        for (name, path) in Self.others { contents[name] = try Self.read(root + "/" + path) }
        guard let source = contents["index.html"] else { throw CocoaError(.fileNoSuchFile) }
        var hasher = Digest.Hasher()
        for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) {
            hasher.update(Array(name.utf8) + [0])
            hasher.update(bytes)
        }
        address = "/assets/" + Self.prefix + hasher.finalize().hex.prefix(16)
        let html = String(decoding: source, as: UTF8.self)
            .replacingOccurrences(of: Self.modulesPlaceholder, with: Self.preloads(contents))
            .replacingOccurrences(of: Self.placeholder, with: address)
        index = try File(Array(html.utf8))
        files = try contents.mapValues { try File($0) }
    }

    /// Links that make a browser fetch all modules of the first view at once, instead of one level of imports after another. Those
    /// that draw come after what is painted before them.
    private static func preloads(_ contents: [String: [UInt8]]) -> String {
        let graph = ModuleGraph(files: contents)
        let first = graph.needed(by: scripts.first)
        let rest = graph.needed(by: scripts.main).filter { $0 != scripts.first && !first.contains($0) }
        func link(_ path: String, _ attributes: String) -> String {
            "<link rel=\"modulepreload\"\(attributes) href=\"\(placeholder)/\(path)\">"
        }
        return (first.map { link($0, "") } + rest.map { link($0, " fetchpriority=\"low\"") }).joined(separator: "\n")
    }

    /// The file that an asset's name such as `page/<digest>/main.js` means; nil when this is not the digest or there is none.
    func file(asset name: String) -> (name: String, file: File)? {
        let base = address.dropFirst("/assets/".count) + "/"
        guard name.hasPrefix(base) else { return nil }
        let path = String(name.dropFirst(base.count))
        return files[path].map { (path, $0) }
    }

    /// The most bytes that a file of the page has.
    private static let maximumByteCount = 1 << 20

    private static func read(_ path: String) throws -> [UInt8] {
        try RegularFile.contents(of: path, upTo: maximumByteCount)
    }
}

extension PageBundle.File {
    /// A file that holds `bytes`.
    fileprivate init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        gzip = try GzipCompressor(level: 9).pack(bytes, isLast: true)
        zstd = try Zstandard.compress(bytes, level: 15)
        tag = Digest(hashing: bytes).hex
    }
}
