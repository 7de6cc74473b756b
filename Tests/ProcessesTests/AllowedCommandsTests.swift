import Foundation
import Processes
import TestSupport
import Testing

@Suite("Which programs may be started")
struct AllowedCommandsTests {
    /// A folder with two executable files and one that is none.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for (name, mode) in [("train", 0o755), ("other", 0o755), ("text", 0o644)] {
            let path = folder.path + "/" + name
            try Data("#!/bin/sh\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        return folder
    }

    @Test("a bare name means the file that PATH gave when the list was made, by name and by path")
    func bareName() throws {
        let folder = try folder()
        let allowed = AllowedCommands(["train"], searchPath: "/nowhere:\(folder.path)")
        #expect(allowed.paths == [folder.path + "/train"])
        #expect(try allowed.path(of: "train") == folder.path + "/train")
        #expect(try allowed.path(of: folder.path + "/train") == folder.path + "/train")
    }

    @Test("nothing is allowed by an empty list, and the refusal says what to do")
    func empty() throws {
        let folder = try folder()
        let allowed = AllowedCommands([], searchPath: folder.path)
        let refusal = #expect(throws: AllowedCommands.Refusal.self) { try allowed.path(of: "train") }
        #expect(refusal?.description.contains("allowed_commands") == true)
        #expect(refusal?.description.contains("--allow-command train") == true)
    }

    @Test("other spellings of an allowed path are other programs")
    func spellings() throws {
        let folder = try folder()
        let path = folder.path + "/train"
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: path)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/here", withDestinationPath: folder.path)
        let allowed = AllowedCommands([path], searchPath: folder.path)
        for other in [
            folder.path + "/link", folder.path + "/here/train", folder.path + "/../\(folder.path)/train",
            folder.path + "/./train", folder.path + "//train", "link", "./train", "train/", "", "text", "other",
            folder.path + "/other", path + "\0",
        ] {
            #expect(throws: AllowedCommands.Refusal.self, "\(other)") { try allowed.path(of: other) }
        }
    }

    @Test("a name that another folder of PATH takes over is not allowed any more")
    func takenOver() throws {
        let (first, second) = (try folder(), try folder())
        let allowed = AllowedCommands([second.path + "/train"], searchPath: "\(first.path):\(second.path)")
        #expect(throws: AllowedCommands.Refusal.self) { try allowed.path(of: "train") }
        #expect(try allowed.path(of: second.path + "/train") == second.path + "/train")
    }

    @Test("entries that name no program are told apart")
    func unusable() throws {
        let folder = try folder()
        let entries = ["train", "text", "missing", "./train", folder.path + "/missing"]
        #expect(AllowedCommands.unusable(entries, searchPath: folder.path) == ["text", "missing", "./train"])
    }
}
