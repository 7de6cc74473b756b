package import ArgumentParser
import Text

/// Checks and changes of the command line's words before they are parsed.
package enum CommandArguments {
    /// `arguments` with negative numbers joined to the options before them: `--limit -1` becomes `--limit=-1`, since what
    /// begins with a hyphen would be taken for another option, and the message would be that a value is missing.
    package static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
        var joined: [String] = []
        var isOption = true
        for argument in arguments {
            if argument == "--" { isOption = false }
            if isOption, isNegativeNumber(argument), let option = joined.last, option.hasPrefix("--"),
                !option.contains("=")
            {
                joined[joined.count - 1] = option + "=" + argument
            } else {
                joined.append(argument)
            }
        }
        return joined
    }

    /// The failure of a word that stands where a command's name does and is none, with the nearest name; nil when there is
    /// no such word.
    package static func unknownCommand(_ arguments: [String], of root: any ParsableCommand.Type) -> CommandFailure? {
        var command = root
        var path = [name(of: root)]
        for argument in arguments {
            let commands = command.configuration.subcommands
            if commands.isEmpty || argument.hasPrefix("-") { return nil }
            if argument == "help", path.count == 1 { continue }
            if let next = commands.first(where: { name(of: $0) == argument }) {
                command = next
                path.append(argument)
                continue
            }
            let shown = commands.filter { $0.configuration.shouldDisplay }.map { name(of: $0) }
            let place = ([ProgramName.typed] + path.dropFirst()).joined(separator: " ")
            return CommandFailure(
                .usage, "\(Spelling.unknown("command", argument, among: shown)) See '\(place) --help'.")
        }
        return nil
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? ""
    }

    private static func isNegativeNumber(_ text: String) -> Bool {
        guard text.hasPrefix("-"), let first = text.utf8.dropFirst().first else { return false }
        return (0x30...0x39).contains(first) || first == UInt8(ascii: ".")
    }
}
