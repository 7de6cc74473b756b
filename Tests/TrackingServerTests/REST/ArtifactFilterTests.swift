import SwiftProtobuf
import Testing
import Tracking
import TrackingServer

@Suite("Which artifacts a list shows")
struct ArtifactFilterTests {
    /// In the order of their paths, as the read models give them.
    private let artifacts = [
        artifact("file.txt", kind: "file"), artifact("images/a/10.png", kind: "image", key: "a", step: 10),
        artifact("images/a/9.png", kind: "image", key: "a", step: 9),
        artifact("images/a/first.png", kind: "image", key: "a"),
        artifact("images/b/1.png", kind: "image", key: "b", step: 1),
    ]

    private static func artifact(_ path: String, kind: String, key: String = "", step: Int64? = nil) -> ArtifactDocument
    {
        .with {
            $0.path = path
            $0.kind = kind
            $0.key = key
            if let step { $0.step = step }
        }
    }

    private func paths(_ query: String) throws -> [String] {
        try ArtifactFilter(QueryReader(query: query)).selected(from: artifacts).map(\.path)
    }

    @Test("without a key they come by path, with one by step, those without a step first")
    func order() throws {
        #expect(try paths("").count == 5)
        #expect(try paths("kind=image").first == "images/a/10.png")
        #expect(try paths("key=a") == ["images/a/first.png", "images/a/9.png", "images/a/10.png"])
    }

    @Test("prefix, kind, key and steps narrow the list together")
    func narrowing() throws {
        #expect(try paths("prefix=images/b") == ["images/b/1.png"])
        #expect(try paths("key=a&start_step=10") == ["images/a/10.png"])
        #expect(try paths("kind=image&end_step=1") == ["images/b/1.png"])
        #expect(try paths("kind=table&key=a").isEmpty)
    }

    @Test("steps that end before they begin are refused with the field")
    func refusal() {
        #expect(throws: (any Error).self) { try ArtifactFilter(QueryReader(query: "start_step=5&end_step=4")) }
        #expect(throws: (any Error).self) { try ArtifactFilter(QueryReader(query: "start_step=-1")) }
    }
}
