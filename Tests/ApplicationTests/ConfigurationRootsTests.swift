import Application
import Foundation
import TestSupport
import Testing

@Suite("Folders of configurations")
struct ConfigurationRootsTests {
    private let directory: TemporaryDirectory
    private let roots: ConfigurationRoots

    init() throws {
        directory = try TemporaryDirectory()
        let configs = directory.url.appendingPathComponent("root/configs/sub")
        try FileManager.default.createDirectory(at: configs, withIntermediateDirectories: true)
        for (name, text) in [
            ("root/configs/train.yaml", "train: {epochs: 3}"), ("root/configs/sub/deep.yaml", "train: {epochs: 4}"),
            ("root/secret.yaml", "train: {epochs: 5}"), ("outside.yaml", "train: {epochs: 6}"),
        ] {
            try Data(text.utf8).write(to: directory.url.appendingPathComponent(name))
        }
        for (link, target) in [
            ("link.yaml", directory.path + "/outside.yaml"), ("folder", directory.path), ("inner.yaml", "train.yaml"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: directory.path + "/root/configs/" + link, withDestinationPath: target)
        }
        roots = ConfigurationRoots([directory.path + "/root"])
    }

    @Test(
        "a file below the folder is found under both its names",
        arguments: ["configs/train.yaml", "train.yaml", "configs/sub/deep.yaml", "configs/inner.yaml"])
    func found(path: String) async throws {
        _ = try await roots.source(at: path)
    }

    @Test(
        "what leads out of the folder is not allowed",
        arguments: [
            "../secret.yaml", "configs/../../outside.yaml", "configs/sub/../../secret.yaml", "/etc/passwd",
            "configs/link.yaml", "configs/folder/outside.yaml", "configs/train.yaml\0", "configs\\train.yaml", "..",
        ])
    func refused(path: String) async {
        do {
            _ = try await roots.source(at: path)
            Issue.record("read \(path)")
        } catch ConfigurationRoots.Failure.notAllowed {
            // As it should be.
        } catch {
            Issue.record("\(path) gave \(error)")
        }
    }

    @Test("what is no regular file is refused at once, as often as it is asked for")
    func pipe() async throws {
        #expect(mkfifo(directory.path + "/root/configs/pipe.yaml", 0o600) == 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    do {
                        _ = try await roots.source(at: "configs/pipe.yaml")
                        Issue.record("read a pipe")
                    } catch ConfigurationRoots.Failure.unreadable(let reason) {
                        #expect(reason == "configs/pipe.yaml is not a regular file; give a file")
                    } catch ConfigurationRoots.Failure.busy {
                        // So many at once are too many.
                    } catch {
                        Issue.record("\(error)")
                    }
                }
            }
        }
        _ = try await roots.source(at: "configs/train.yaml")
    }

    @Test("a missing file is told with those there are", arguments: ["configs/none.yaml", "configs", "configs/sub"])
    func missing(path: String) async {
        do {
            _ = try await roots.source(at: path)
            Issue.record("read \(path)")
        } catch ConfigurationRoots.Failure.missing(_, let available) {
            #expect(available.contains("configs/train.yaml"))
            #expect(available.contains("configs/sub/deep.yaml"))
        } catch {
            Issue.record("\(path) gave \(error)")
        }
    }

    @Test("a file that is no text or too large is refused with its name", arguments: ["binary.yaml", "large.yaml"])
    func unreadable(name: String) async throws {
        let folder = directory.path + "/root/configs/"
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: folder + "binary.yaml"))
        try Data(repeating: 32, count: 1 << 20 + 1).write(to: URL(fileURLWithPath: folder + "large.yaml"))
        do {
            _ = try await roots.source(at: name)
            Issue.record("read \(name)")
        } catch ConfigurationRoots.Failure.unreadable(let reason) {
            #expect(reason.contains(name))
        }
    }
}
