import ArgumentParser

/// The notifications that a command works on: named ones, or all.
package struct NotificationSelection: ParsableArguments {
    @Argument(help: "The notifications' ids.")
    var notifications: [String] = []
    @Flag(help: "Instead: all that there are.")
    var all = false

    package init() {}

    package func validate() throws {
        guard notifications.isEmpty == all else {
            throw ValidationError("Name notifications, or give --all; not both.")
        }
    }
}
