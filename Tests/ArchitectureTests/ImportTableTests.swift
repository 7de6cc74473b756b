import Foundation
import Testing

/// SwiftPM lets a target import what it does not declare; this table is what holds the layers apart.
@Suite("Who may import whom")
struct ImportTableTests {
    /// The targets of the project that each target may import. Everything else is another package's or the system's.
    static let table: [String: Set<String>] = [
        "JSON": [],
        "LMDB": ["CLMDB"],
        "Zstandard": ["CZstd"],
        "Zlib": ["CZlib"],
        "Processes": ["CProcess"],
        "Tracking": [],
        "TrainingConfiguration": ["JSON"],
        "EventLog": ["LMDB", "Tracking", "Zstandard"],
        "Blobs": ["JSON", "Tracking", "Zstandard"],
        "Projections": ["EventLog", "JSON", "LMDB", "Tracking"],
        "Reactors": ["EventLog", "Tracking"],
        "TrackingServer": [
            "Blobs", "EventLog", "JSON", "Processes", "Projections", "Reactors", "Tracking", "TrainingConfiguration",
        ],
        "TrackingClient": ["JSON", "Tracking"],
        "TensorEngine": ["COneDNN"],
        "Trainer": [
            "JSON", "Processes", "TensorEngine", "Tracking", "TrackingClient", "TrainingConfiguration", "Zlib",
        ],
    ]

    /// Targets that may import everything: they only put things together.
    static let compositions: Set<String> = ["pivot", "pivot-bench"]

    private static var sources: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
    }

    @Test("every target imports only what the table allows")
    func imports() throws {
        let ours = Set(try FileManager.default.contentsOfDirectory(atPath: Self.sources.path))
        var fileCount = 0
        for target in ours.subtracting(Self.compositions) where !target.hasPrefix("C") || Self.table[target] != nil {
            let allowed = try #require(Self.table[target], "\(target) is missing in the table")
            for (file, imported) in try Self.imports(of: target) {
                fileCount += 1
                let forbidden = imported.intersection(ours).subtracting(allowed).subtracting([target])
                #expect(forbidden.isEmpty, "\(file) imports \(forbidden.sorted())")
            }
        }
        #expect(fileCount > 100)
    }

    @Test("only the feeds know WebSockets, and only the database wrapper knows its C functions")
    func confined() throws {
        for (file, imported) in try Self.imports(of: "TrackingServer") where imported.contains("NIOWebSocket") {
            #expect(file.contains("/LiveFeeds/") || file.contains("/HTTP/"), "\(file) imports NIOWebSocket")
        }
    }

    /// The modules that each Swift file of `target` imports, with `import` in any spelling.
    private static func imports(of target: String) throws -> [(file: String, modules: Set<String>)] {
        let folder = sources.appendingPathComponent(target)
        var result: [(String, Set<String>)] = []
        guard let files = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        for case let name as String in files where name.hasSuffix(".swift") {
            let file = folder.appendingPathComponent(name)
            var modules: Set<String> = []
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                var words = line.split(separator: " ")
                words.removeAll {
                    $0.hasPrefix("@") || ["package", "public", "internal", "private", "fileprivate"].contains($0)
                }
                guard words.first == "import", words.count >= 2 else { continue }
                let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
                let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
                modules.insert(String(module.split(separator: ".")[0]))
            }
            result.append((file.path, modules))
        }
        return result
    }
}
