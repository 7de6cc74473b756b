import API
import Compression
import Foundation
import Testing

/// The page at `/`, of a project's folder that has its files, and of one that lacks some.
@Suite("The page")
struct PageTests {
    /// A project's folder with a page of one module, and the libraries unless they are left out.
    private func project(withLibraries: Bool = true) throws -> String {
        let root = FileManager.default.temporaryDirectory.path + "/pivot-page-\(UUID().uuidString)"
        var files = [
            "Sources/WebUI/Page/index.html": #"<script type="module" src="{{base}}/core/main.js"></script>"#,
            "Sources/WebUI/Page/core/main.js": String(repeating: "export const name = 'PIVOT';\n", count: 200),
            "schemas/config/session.schema.json": "{}",
        ]
        if withLibraries {
            files[".build/assets/preact-10.27.2/preact-htm.min.js"] = "export {};"
            files[".build/assets/uplot-1.6.31/uplot.iife.min.js"] = "var uPlot;"
            files[".build/assets/uplot-1.6.31/uplot.min.css"] = ".uplot {}"
        }
        for (path, text) in files {
            let url = URL(fileURLWithPath: root + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return root
    }

    /// The address of the page's files, as the page names it.
    private func base(_ html: String) throws -> String {
        let start = try #require(html.range(of: "/assets/page/"))
        return String(html[start.lowerBound...].prefix { $0 != "\"" }.dropLast("/core/main.js".count))
    }

    @Test("the page names its modules by the digest of them all, and allows nothing else")
    func named() async throws {
        let root = try project()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await TestAPI.run(home: root) { api in
            let page = try await api.ask("GET", "/")
            #expect(page.status == 200)
            #expect(page["Content-Type"] == "text/html; charset=utf-8")
            let policy = try #require(page["Content-Security-Policy"])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
            #expect(!policy.contains("unsafe"))
            let base = try base(page.text)
            let module = try await api.ask("GET", base + "/core/main.js")
            #expect(module.status == 200)
            #expect(module.text.hasPrefix("export const name"))
            #expect(module["Cache-Control"] == "public, max-age=31536000, immutable")
            #expect(module["Content-Type"]?.contains("javascript") == true)
            for path in ["vendor/preact.js", "vendor/uplot.js", "vendor/uplot.css", "session.schema.json"] {
                #expect(try await api.ask("GET", base + "/" + path).status == 200, "\(path)")
            }
            for path in [
                "/assets/page/0123456789abcdef/core/main.js", base + "/core/other.js", base + "/../core/main.js",
            ] {
                #expect(try await api.ask("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test("a file is packed as the client wants it, and not sent to one that has it")
    func packed() async throws {
        let root = try project()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await TestAPI.run(home: root) { api in
            let path = try base(try await api.ask("GET", "/").text) + "/core/main.js"
            let plain = try await api.ask("GET", path)
            #expect(plain["Content-Encoding"] == nil)
            let gzip = try await api.ask("GET", path, TestAPI.Parts(headers: ["Accept-Encoding": "gzip"]))
            #expect(gzip["Content-Encoding"] == "gzip")
            #expect(try Zlib.decompress(gzip.bytes, .gzip, maximumByteCount: 1 << 20) == plain.bytes)
            let zstd = try await api.ask("GET", path, TestAPI.Parts(headers: ["Accept-Encoding": "gzip, zstd"]))
            #expect(zstd["Content-Encoding"] == "zstd")
            #expect(try Zstandard.decompress(zstd.bytes, maximumByteCount: 1 << 20) == plain.bytes)
            let tag = try #require(plain["ETag"])
            let held = try await api.ask("GET", path, TestAPI.Parts(headers: ["If-None-Match": tag]))
            #expect(held.status == 304)
            #expect(held.bytes.isEmpty)
        }
    }

    @Test("the page names all modules that run before its first, each once, and none that is loaded on demand")
    func preloaded() async throws {
        let root = try project()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let modules = [
            "index.html": "{{modules}}",
            "main.js": """
            /** The first. */
            import { one } from "./core/one.js";
            import {
              two,
            } from "./views/two.js";
            export const later = () => import("./later.js");
            """,
            "core/one.js": "export { library } from \"../vendor/preact.js\";\nexport const from = \"./later.js\";\n",
            "views/two.js":
                "import { one } from \"../core/one.js\";\nimport \"../main.js\";\nimport { gone } from \"./gone.js\";\n",
            "views/sessions/question.js": "import { one } from \"../../core/one.js\";\n",
            "later.js": "export {};\n",
        ]
        for (path, text) in modules {
            let url = URL(fileURLWithPath: root + "/Sources/WebUI/Page/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try await TestAPI.run(home: root) { api in
            let links = try await api.ask("GET", "/").text.split(separator: "\n")
            #expect(
                links.allSatisfy { $0.hasPrefix("<link rel=\"modulepreload\"") && $0.contains("href=\"/assets/page/") })
            let paths = links.map { $0.dropLast(2).split(separator: "/").dropFirst(4).joined(separator: "/") }
            // What the first question needs is not put off until after the first paint.
            #expect(links.map { $0.contains("fetchpriority=\"low\"") } == [false, false, true])
            #expect(paths == ["core/one.js", "vendor/preact.js", "views/two.js"])
        }
    }

    @Test("without its libraries the page says how to get them")
    func missing() async throws {
        let root = try project(withLibraries: false)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await TestAPI.run(home: root) { api in
            let page = try await api.ask("GET", "/")
            #expect(page.status == 200)
            #expect(page.text.contains("tools/fetch-assets"))
            #expect(page["Content-Security-Policy"]?.contains("unsafe") == false)
        }
    }
}
