/// Some of the names of a kind, in the order of their bytes; names of more than 150 bytes that are alike in the first 100 are in an
/// order of their own, always the same.
package struct SessionNamePage: Sendable, Equatable {
    /// A name, and the number of sessions that have it.
    package struct Entry: Sendable, Equatable {
        package var name: String
        package var sessionCount: Int

        package init(name: String, sessionCount: Int) {
            self.name = name
            self.sessionCount = sessionCount
        }
    }

    package var entries: [Entry] = []
    /// The name behind which more are to be asked for; nil when there are no more. It need not be among those of the page.
    package var next: String?

    package init() {}
}
