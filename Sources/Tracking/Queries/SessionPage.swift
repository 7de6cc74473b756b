/// A part of a list of sessions.
package struct SessionPage: Sendable, Equatable {
    package var sessions: [SessionDocument]
    /// The number of sessions that the filter lets through, on all pages together.
    package var total: Int

    package init(sessions: [SessionDocument], total: Int) {
        self.sessions = sessions
        self.total = total
    }
}
