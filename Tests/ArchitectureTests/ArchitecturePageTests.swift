import Foundation
import Testing

/// `Sources/ARCHITECTURE.md` is the map of the sources; a map that names what is not there is worse than none.
@Suite("The page about the architecture")
struct ArchitecturePageTests {
    private static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static func page() throws -> String {
        try String(contentsOf: repository.appendingPathComponent("Sources/ARCHITECTURE.md"), encoding: .utf8)
    }

    @Test("every path it names exists")
    func paths() throws {
        let pieces = try Self.page().split(separator: "`", omittingEmptySubsequences: false)
        // Between backquotes stands every second piece.
        let paths = pieces.indices.filter { !$0.isMultiple(of: 2) }.map { pieces[$0] }
            .filter { $0.contains("/") && !$0.contains("\n") }
        #expect(paths.count > 30)
        for path in paths {
            let places = ["Sources/\(path)", String(path)].map { Self.repository.appendingPathComponent($0).path }
            #expect(places.contains { FileManager.default.fileExists(atPath: $0) }, "there is no \(path)")
        }
    }

    @Test("it names every target")
    func targets() throws {
        let page = try Self.page()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.repository.appendingPathComponent("Sources").path)
        for target in folders where !target.hasSuffix(".md") {
            // Libraries of C are behind the target that wraps them.
            let isC = target.hasPrefix("C") && target.dropFirst().first?.isUppercase ?? false
            #expect(isC || page.contains(target), "\(target) is not on the page")
        }
    }
}
