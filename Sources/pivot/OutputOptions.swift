import API
import ArgumentParser

/// The choice between tables and JSON for a command's answer.
package struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the server's JSON instead of a table.")
    var json = false

    package init() {}

    /// Prints `document` when JSON was asked for, else what `table` makes.
    func show(_ document: some Document, table: (Console) -> [String]) {
        let console = Console.standard
        if json {
            console.printJSON(document.json)
        } else {
            for line in table(console) { console.print(line) }
        }
    }
}
