import API
import ArgumentParser

/// The alerts that somebody deals with, and what they say of them.
package struct RemarkOptions: ParsableArguments {
    @Argument(help: "The alerts' ids.")
    var alerts: [String]
    @Option(help: "Who does it.")
    var by: String?
    @Option(help: "What to note about it.")
    var notes: String?

    package init() {}

    var remark: AlertRemark {
        var remark = AlertRemark()
        remark.by = by
        remark.notes = notes
        return remark
    }
}
