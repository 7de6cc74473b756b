package import ArgumentParser
import Foundation
import Logging
import Server
import Transparency

/// `pivot audit witness`
package struct WitnessCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Run a witness: it signs tree heads of logs that continue the last ones it saw.",
        discussion: """
            A witness makes sure that a log shows everybody the same history: it remembers the last tree head of each log, on \
            disk before it signs, and signs only what continues it. Logs ask it by POST to /add-checkpoint (C2SP \
            tlog-witness). Run it where the log's owner cannot reach its folder.

            On its first start it makes a key; its public key is printed at every start. Its folder must never be restored \
            from an older backup: a witness that has forgotten is to be retired. It runs until Ctrl-C or SIGTERM.

            Examples:
              pivot audit witness --listen 127.0.0.1:8100 --state witness --log lab.example+c74f20a3+ARpc...
              pivot audit witness --listen 0.0.0.0:8100 --state witness --log lab.key --log other.key
            """)

    @Option(help: ArgumentHelp("The address and port to listen on; port 0 picks a free one.", valueName: "host:port"))
    var listen: String
    @Option(help: ArgumentHelp("The folder of its key and of what it has signed.", valueName: "folder"))
    var state: String
    @Option(
        help: ArgumentHelp(
            "The public key of a log to sign for, or a file with it. May be repeated.", valueName: "key"))
    var log: [String] = []
    @Option(help: ArgumentHelp("The name of a new key; by default one from the host's name.", valueName: "name"))
    var name: String?

    package init() {}

    package func validate() throws {
        guard !log.isEmpty else { throw ValidationError("Name the public key of a log with --log.") }
        guard Self.address(listen) != nil else {
            throw ValidationError("--listen takes an address and a port, such as 127.0.0.1:8100, not '\(listen)'.")
        }
        if let name, KeyName(name) == nil {
            throw ValidationError("--name must have no spaces, plus signs or control characters.")
        }
    }

    package func run() async throws {
        guard let (host, port) = Self.address(listen) else { return }
        var keys: [VerifierKey] = []
        for argument in log { keys += try TrustedKeys.parse([argument]) }
        if let key = keys.first(where: { $0.kind != .ed25519 }) {
            throw CommandFailure(.usage, "\(key) is a witness's key, not a log's. Name the key of a log with --log.")
        }
        LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
        let settings = WitnessServer.Settings(
            host: host, port: port, folder: state, name: name.flatMap { KeyName($0) }, logs: keys)
        try await WitnessServer.run(settings, logger: Logger(label: "pivot.witness")) { address, key in
            print("listening on \(address)")
            print("witness key \(key)")
            fflush(nil)
        }
    }

    /// The host and port that `text` names, as in `127.0.0.1:8100` and `[::1]:8100`; nil when it is none.
    package static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), text[text.index(after: colon)...].allSatisfy(\.isNumber)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), port)
    }
}
