import ArgumentParser
import Foundation
import TestSupport
import Testing
import pivot

@Suite struct HelpTests {
    /// Every command, with the words that lead to it.
    private static func commands(
        _ type: any ParsableCommand.Type = Pivot.self, path: [String] = ["pivot"]
    ) -> [(path: [String], type: any ParsableCommand.Type)] {
        [(path, type)]
            + type.configuration.subcommands.flatMap { commands($0, path: path + [$0._commandName]) }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    @Test("The help of every command is as agreed", arguments: commands().map { $0.path.joined(separator: "-") })
    func help(name: String) throws {
        let command = try #require(HelpTests.commands().first { $0.path.joined(separator: "-") == name })
        let text = Pivot.helpMessage(for: command.type, columns: 100) + "\n"
        try Golden.expect(text.utf8, named: name + ".txt")
    }

    @Test("No golden help is left of a command that is gone")
    func leftovers() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: HelpTests.folder.path)
        #expect(Set(files) == Set(HelpTests.commands().map { $0.path.joined(separator: "-") + ".txt" }))
    }

    @Test("Every command that does something shows examples, and all that list take --json")
    func examples() {
        for (path, type) in HelpTests.commands() where type.configuration.subcommands.isEmpty {
            let text = Pivot.helpMessage(for: type, columns: 100)
            #expect(text.contains("Examples:\n"), "\(path)")
            #expect(text.contains("  pivot \(path.dropFirst().joined(separator: " "))"), "\(path)")
            if path.last == "list" { #expect(text.contains("--json"), "\(path)") }
        }
    }

    @Test("The statuses in the help are those the process ends with")
    func statuses() {
        let text = Pivot.helpMessage(columns: 100)
        for status in CommandStatus.allCases {
            let number = "\(status.rawValue)"
            #expect(text.contains("  \(number)" + String(repeating: " ", count: 5 - number.count)), "\(status)")
        }
    }
}
