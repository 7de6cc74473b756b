package import ArgumentParser
import Foundation

/// `pivot server logs`
package struct ServerLogsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the log of the server in the background.",
        discussion: """
            Examples:
              pivot server logs
              pivot server logs --tail 200 --follow
            """)

    @Option(help: "The number of last lines to show.")
    var tail = 50
    @Flag(help: "Keep running and show new lines.")
    var follow = false
    @OptionGroup var data: DataFolderOption

    package init() {}

    package func validate() throws {
        if tail < 1 { throw ValidationError("--tail must be at least 1.") }
    }

    package func run() async throws {
        let path = DataFolder.logFile(in: data.folder)
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(
                .notFound, "There is no log \(path): no server was started in the background on this data directory.")
        }
        defer { file.closeFile() }
        var rest = Data()
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        for line in text.split(separator: "\n").suffix(tail) { Console.standard.print(String(line)) }
        while follow {
            try await Task.sleep(for: .milliseconds(250))
            rest += try file.readToEnd() ?? Data()
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                Console.standard.print(String(decoding: rest[..<end], as: UTF8.self))
                rest = Data(rest[(end + 1)...])
            }
        }
    }
}
