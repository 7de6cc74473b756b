import ArgumentParser

/// The options of a server that say which configurations and programs sessions may name.
package struct AllowedOptions: ParsableArguments {
    @Option(
        name: .customLong("config-root"),
        help: ArgumentHelp(
            "A folder with sessions' configuration files, or with a subfolder configs that has them. May be repeated.",
            valueName: "folder"))
    var configRoots: [String] = []

    @Option(
        name: .customLong("allow-command"),
        help: ArgumentHelp(
            "A program that sessions of kind command may start, by full path or by name. May be repeated.",
            valueName: "program"))
    var commands: [String] = []

    package init() {}
}
