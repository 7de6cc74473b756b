import API
package import ArgumentParser
import EventLog
import Foundation
import JSON
import TrackingClient

/// `pivot server status`
package struct ServerStatusCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell whether the server runs, where, and how it is.",
        discussion: """
            Examples:
              pivot server status
              pivot server status --json
            """)

    @OptionGroup var data: DataFolderOption
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        let folder = URL(fileURLWithPath: data.folder).path
        guard let owner = try DataDirectory.owner(ofFolderAt: folder) else {
            if json { Console.standard.printJSON(["running": false, "data_dir": .string(folder)]) }
            throw CommandFailure(
                .unreachable, "No server is running on \(folder). Start one with: \(ProgramName.typed) server start")
        }
        let client = APIClient(try ClientConfiguration(address: owner.address, environment: [:], retries: .never))
        let health = await ServerProbe(client: client).health()
        try await client.shutDown()
        if json {
            Console.standard.printJSON([
                "running": true, "address": .string(owner.address), "process_id": .count(owner.processID),
                "data_dir": .string(folder), "status": .string(health?.status ?? "unreachable"),
            ])
        } else {
            var sheet = FactSheet()
            sheet.add("Server", owner.address)
            sheet.add("Status", health?.status ?? "does not answer")
            sheet.add("Process", "\(owner.processID)")
            sheet.add("Up for", health.map { HumanFormat.duration(.seconds($0.uptimeSeconds)) })
            sheet.add("Data", folder)
            let log = DataFolder.logFile(in: folder)
            sheet.add("Log", FileManager.default.fileExists(atPath: log) ? log : nil)
            for line in sheet.lines(nameStyle: Console.standard.dim) { Console.standard.print(line) }
        }
    }
}
