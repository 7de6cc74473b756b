import API
import ArgumentParser

/// Whether a command answers with tables or with JSON.
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
