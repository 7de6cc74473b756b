import Foundation
import JSON
import Testing
import TrainingConfiguration

@Suite("The files of configs/ and schemas/config/")
struct ShippedFilesTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let names = try! FileManager.default.contentsOfDirectory(
        atPath: repository.appending(path: "configs").path(percentEncoded: false)
    ).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".json") }.sorted()

    private func source(_ name: String) throws -> ConfigurationSource {
        let text = try String(contentsOf: Self.repository.appending(path: "configs/\(name)"), encoding: .utf8)
        return try ConfigurationSource(text, fileName: name)
    }

    @Test("every shipped file loads without a problem or a warning", arguments: names)
    func loads(name: String) throws {
        let source = try source(name)
        if name.hasPrefix("server") {
            #expect(try ServerConfiguration(resolving: source).warnings == [])
        } else {
            #expect(try TrainingConfiguration(resolving: source).warnings == [])
        }
    }

    @Test("the files the documents name are there")
    func namedFiles() {
        #expect(
            Set(["quickstart.yaml", "train.yaml", "synthetic.yaml", "command.yaml", "server.yaml"]).isSubset(
                of: Self.names))
    }

    @Test("the quickstart validates on enough scans and nodules, and keeps every checkpoint")
    func quickstart() throws {
        let configuration = try TrainingConfiguration(resolving: source("quickstart.yaml"))
        guard case .phantom(let phantom)? = configuration.data else { throw ConfigurationTestError.unexpected }
        #expect(phantom.validationScanCount >= 8)
        let withNodules = Double(phantom.validationScanCount) * (1 - phantom.emptyFraction)
        #expect(phantom.emptyFraction > 0)
        #expect(withNodules.rounded(.down) * Double(phantom.nodulesPerScan.lowerBound) >= 20)
        #expect(configuration.checkpoints.monitor == "val_froc")
        #expect(configuration.checkpoints.mode == .max)
        #expect(configuration.checkpoints.bestCount == nil)
    }

    @Test("the example of a program names a file that is there")
    func command() throws {
        guard case .command(let settings) = try TrainingConfiguration(resolving: source("command.yaml")).trainer else {
            throw ConfigurationTestError.unexpected
        }
        #expect(settings.metrics == .jsonLines)
        let program = Self.repository.appending(path: settings.command[1]).path(percentEncoded: false)
        #expect(FileManager.default.fileExists(atPath: program))
    }

    @Test("the server's file spells out the defaults")
    func server() throws {
        let shipped = try ServerConfiguration(resolving: source("server.yaml"))
        let defaults = try ServerConfiguration(resolving: ConfigurationSource(yaml: ""))
        #expect(shipped.resolved == defaults.resolved)
        #expect(defaults.port == 8000)
        #expect(defaults.host == "127.0.0.1")
        #expect(defaults.rateLimit.readsPerMinute == 600)
        #expect(defaults.leaseDuration == .seconds(30))
    }

    @Test("the published schemas are those of the rules", arguments: ["session", "server"])
    func schemas(name: String) throws {
        let expected = name == "session" ? TrainingConfiguration.jsonSchema : ServerConfiguration.jsonSchema
        let bytes = expected.encoded(pretty: true) + [0x0A]
        let file = Self.repository.appending(path: "schemas/config/\(name).schema.json")
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else {
            try Data(bytes).write(to: file)
            Issue.record("\(file.lastPathComponent) was missing and has been written; look at it and run again")
            return
        }
        #expect(try Data(contentsOf: file) == Data(bytes), "delete the file to have it written anew")
    }
}
