import Foundation
import Testing

/// SwiftPM lets a target import what it does not declare; this table is what holds the layers apart.
@Suite("Who may import whom")
struct ImportTableTests {
    /// The targets of the project that each target may import. Everything else is another package's or the system's.
    static let table: [String: Set<String>] = [
        // The foundation knows nothing of experiments.
        "JSON": [],
        "Text": [],
        "Checksum": ["CDigest"],
        "LMDB": ["CLMDB", "Checksum"],
        "Compression": ["CZlib", "CZstd"],
        "Machine": ["CNVML"],
        "Processes": ["CProcess", "Machine"],
        "Safetensors": ["JSON"],
        "Transparency": [],
        // The domain does no input or output.
        "Tracking": ["JSON"],
        "TrainingConfiguration": ["JSON", "Text", "Tracking"],
        // The stores know the domain, not who uses them.
        "EventLog": ["Checksum", "Compression", "LMDB", "Text", "Tracking", "Transparency"],
        "Blobs": ["CDigest", "CFile", "Checksum", "Compression", "LMDB", "Safetensors", "Tracking"],
        "ReadModels": ["EventLog", "JSON", "LMDB", "Text", "Tracking"],
        "StoreTesting": ["Blobs", "EventLog", "Tracking"],
        // The use cases know no HTTP.
        "Application": [
            "Blobs", "Checksum", "EventLog", "JSON", "Machine", "Processes", "ReadModels", "Text", "Tracking",
            "TrainingConfiguration",
        ],
        // The edges: they reach the stores through the use cases, and use what these answer with.
        "Reactors": ["Application", "Blobs", "EventLog", "Machine", "Processes", "ReadModels", "Text", "Tracking"],
        "Delivery": ["Application", "Compression", "Tracking"],
        "WebServer": ["JSON", "Text"],
        "API": ["JSON", "Text", "Tracking"],
        "REST": [
            "API", "Application", "Blobs", "Compression", "EventLog", "JSON", "Machine", "ReadModels", "Text",
            "Tracking",
            "TrainingConfiguration", "WebServer",
        ],
        "LiveFeeds": ["API", "Application", "EventLog", "JSON", "REST", "Tracking", "WebServer"],
        "ExportFormats": ["API", "Checksum", "Compression", "JSON", "Tracking"],
        "Exporters": [
            "API", "Application", "Blobs", "Compression", "ExportFormats", "JSON", "REST", "Tracking", "WebServer",
        ],
        "WebUI": ["API", "Compression", "JSON", "REST", "Text", "Tracking", "TrainingConfiguration", "WebServer"],
        // Outside the server, on the other side of the API.
        "TrackingClient": ["API", "JSON", "Text", "Tracking"],
        "Scans": ["Compression", "Text", "TrainingConfiguration"],
        "TensorEngine": ["COneDNN"],
        "Trainer": [
            "API", "Compression", "JSON", "Machine", "Processes", "Safetensors", "Scans", "TensorEngine", "Text",
            "Tracking", "TrackingClient", "TrainingConfiguration",
        ],
    ]

    /// The targets that may import a module of another package which decides what a target is about.
    static let confined: [String: Set<String>] = [
        "NIOWebSocket": ["WebServer"], "HummingbirdCore": ["WebServer"],
        "Hummingbird": ["WebServer", "REST", "LiveFeeds", "Exporters", "WebUI", "Server"],
        "HTTPTypes": ["WebServer", "REST", "LiveFeeds", "Exporters", "WebUI", "Server"],
        "AsyncHTTPClient": ["TrackingClient", "Delivery"], "NIOSSL": ["Delivery"], "Yams": ["TrainingConfiguration"],
        "SwiftCSV": ["Scans"],
        "ArgumentParser": ["pivot", "pivot-bench"],
    ]

    /// Targets that may import everything: they only put things together.
    static let compositions: Set<String> = ["Server", "pivot", "pivot-bench"]

    private static var sources: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
    }

    @Test("every target imports only what the table allows")
    func imports() throws {
        let ours = Set(try FileManager.default.contentsOfDirectory(atPath: Self.sources.path))
        var fileCount = 0
        for target in ours.subtracting(Self.compositions) {
            for (file, imported) in try Self.imports(of: target) {
                let allowed = try #require(Self.table[target], "\(target) is missing in the table")
                fileCount += 1
                let forbidden = imported.intersection(ours).subtracting(allowed).subtracting([target])
                #expect(forbidden.isEmpty, "\(file) imports \(forbidden.sorted())")
            }
        }
        #expect(fileCount > 100)
    }

    @Test("what the table allows is used")
    func used() throws {
        for (target, allowed) in Self.table {
            let imported = try Self.imports(of: target).reduce(into: Set()) { $0.formUnion($1.modules) }
            #expect(
                allowed.isSubset(of: imported), "\(target) does not import \(allowed.subtracting(imported).sorted())")
        }
    }

    @Test("a module of another package is used where it belongs")
    func confinement() throws {
        for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) {
            for (file, imported) in try Self.imports(of: target) {
                for (module, targets) in Self.confined where !targets.contains(target) {
                    #expect(!imported.contains(module), "\(file) imports \(module)")
                }
            }
        }
    }

    @Test("no file has more than 400 lines")
    func sizes() throws {
        for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) {
            for (file, _) in try Self.imports(of: target) where !file.contains("/Generated/") {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) <= 400, "\(file)")
            }
        }
    }

    @Test("only one target starts programs")
    func starts() throws {
        for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) where target != "Processes"
        {
            for (file, _) in try Self.imports(of: target) {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                for call in [" Process()", "posix_spawn(", "fork()"] {
                    #expect(!text.contains(call), "\(file) calls\(call)")
                }
            }
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
