import API
import ArgumentParser
import Foundation
import JSON
import Text
import Tracking
import TrainingConfiguration

/// The options that a session is created from: a configuration file read here, and what is said beside it.
package struct ConfigurationOptions: ParsableArguments {
    @Argument(help: "The configuration file (YAML or JSON), read on this machine.", completion: .file())
    var file: String
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Override a value of the configuration, such as train.learning_rate=1e-4. May be repeated.",
            valueName: "key=value"))
    var settings: [String] = []
    @Option(help: "The session's name; by default the file's name.")
    var name: String?
    @Option(help: "A tag. May be repeated.")
    var tag: [String] = []
    @Option(help: "The named group of sessions it belongs to.")
    var experiment: String?
    @Option(help: "A smaller group within the experiment.")
    var group: String?
    @Option(help: "Free text.")
    var notes: String?
    @Option(help: ArgumentHelp("Continue from this checkpoint: its id, or name@alias of a model.", valueName: "id"))
    var checkpoint: String?

    package init() {}

    /// Reads and checks the file. Warnings go to `warn`.
    /// - Throws: `CommandFailure` with the status `usage`, naming file, path and line.
    func newSession(warn: (String) -> Void) throws(CommandFailure) -> NewSession {
        let bytes: [UInt8]
        do {
            bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw CommandFailure(
                .usage,
                "The configuration \(file) cannot be read: \(FileFault.words(error)). Give a configuration file, such as "
                    + "configs/quickstart.yaml.")
        }
        let source: ConfigurationSource
        let ownName: String?
        do throws(ConfigurationError) {
            var read = try ConfigurationSource(bytes, fileName: file)
            for setting in settings { try read.override(setting: setting) }
            let configuration = try TrainingConfiguration(resolving: read)
            for warning in configuration.warnings { warn("\(file): \(warning)") }
            ownName = configuration.sessionName
            source = read
        } catch {
            throw CommandFailure(.usage, error.problems.map { "\(file): \($0)" }.joined(separator: "\n"))
        }
        var new = NewSession(configuration: source.root)
        new.sessionName = name ?? ownName ?? ConfigurationOptions.baseName(file)
        new.tags = tag.isEmpty ? nil : tag
        new.experiment = experiment
        new.group = group
        new.notes = notes
        new.checkpointID = checkpoint
        return new
    }

    /// The program that a new session's configuration names, if its trainer is one.
    func commands(of new: NewSession) -> [String] {
        guard let trainer = new.configuration?["trainer"], trainer["kind"] == .string(TrainerKind.command.rawValue),
            let program = trainer["command"]?.arrayValue?.first?.stringValue
        else { return [] }
        return [program]
    }

    /// The file's name without folders and extension.
    package static func baseName(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}
