import Application
import SwiftProtobuf
import Testing
import Tracking

@Suite("Which artifacts a list shows")
struct ArtifactFilterTests {
    /// In the order of their paths, as the read models give them.
    private let artifacts = [
        artifact("file.txt", kind: "file"), artifact("images/a/10.png", kind: "image", key: "a", step: 10),
        artifact("images/a/9.png", kind: "image", key: "a", step: 9),
        artifact("images/a/first.png", kind: "image", key: "a"),
        artifact("images/b/1.png", kind: "image", key: "b", step: 1),
    ]

    private static func artifact(_ path: String, kind: String, key: String = "", step: Int64? = nil) -> ArtifactEntry {
        ArtifactEntry(
            document: .with {
                $0.path = path
                $0.kind = kind
                $0.key = key
                if let step { $0.step = step }
            }, isSuperseded: false)
    }

    private func paths(_ change: (inout ArtifactFilter) -> Void = { _ in }) -> [String] {
        var filter = ArtifactFilter()
        change(&filter)
        return filter.selected(from: artifacts).map(\.document.path)
    }

    @Test("without a key they come by path, with one by step, those without a step first")
    func order() {
        #expect(paths() == artifacts.map(\.document.path))
        #expect(paths { $0.kind = "image" }.first == "images/a/10.png")
        #expect(paths { $0.key = "a" } == ["images/a/first.png", "images/a/9.png", "images/a/10.png"])
    }

    @Test("prefix, kind, key and steps narrow the list together")
    func narrowing() {
        #expect(paths { $0.prefix = "images/b" } == ["images/b/1.png"])
        #expect(
            paths {
                $0.key = "a"
                $0.steps = 10...Int64.max
            } == ["images/a/10.png"])
        #expect(
            paths {
                $0.kind = "image"
                $0.steps = 0...1
            } == ["images/b/1.png"])
        #expect(
            paths {
                $0.kind = "table"
                $0.key = "a"
            }.isEmpty)
    }
}
