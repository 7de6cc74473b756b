/// Which modules of the page import which, as far as a browser follows them before it runs any: `import` and `export … from` of
/// relative paths. What a module loads with `import()` while it runs is not part of it.
struct ModuleGraph {
    /// The page's files by their paths.
    private let files: [String: [UInt8]]

    /// - Parameter files: The page's files by their paths, of which those that are no modules are never looked at.
    init(files: [String: [UInt8]]) { self.files = files }

    /// The modules that run before `entry`, those that are found first in front; `entry` itself and paths without a file are
    /// left out.
    func needed(by entry: String) -> [String] {
        var found: [String] = []
        var seen: Set<String> = [entry]
        var next = [entry]
        while !next.isEmpty {
            let level = next.flatMap { path in Self.imports(of: files[path] ?? []).map { Self.resolved($0, from: path) }
            }
            next = level.filter { files[$0] != nil && seen.insert($0).inserted }
            found += next
        }
        return found
    }

    /// The relative paths that a module imports, in its order. Every import begins a line and ends with a semicolon.
    static func imports(of source: [UInt8]) -> [String] {
        var found: [String] = []
        var isWithin = false
        for bytes in source.split(separator: UInt8(ascii: "\n")) {
            if !isWithin {
                guard
                    bytes.starts(with: "import ".utf8) || bytes.starts(with: "export {".utf8)
                        || bytes.starts(with: "export *".utf8)
                else { continue }
            }
            let line = String(decoding: bytes, as: UTF8.self)
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            if parts.count >= 3, parts[1].hasPrefix("."), parts[0].hasSuffix("from ") || parts[0] == "import " {
                found.append(String(parts[1]))
            }
            isWithin = !line.contains(";")
        }
        return found
    }

    /// The path that a relative one means in a module.
    private static func resolved(_ relative: String, from module: String) -> String {
        var folders = module.split(separator: "/").dropLast()
        for part in relative.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = folders.popLast()
            default: folders.append(part)
            }
        }
        return folders.joined(separator: "/")
    }
}
