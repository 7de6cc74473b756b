import ArgumentParser
import JSON

/// Whether a command answers with tables or with JSON.
package struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the server's JSON instead of a table.")
    var json = false

    package init() {}

    /// Prints `document` when JSON was asked for, else what `table` makes.
    func show(_ document: JSONValue, table: (Console) -> [String]) {
        let console = Console.standard
        if json {
            console.printJSON(document)
        } else {
            for line in table(console) { console.print(line) }
        }
    }
}
