package import Tracking

extension RecordedEvent {
    /// The id of the command that caused it, as readers of the log may see it.
    ///
    /// The keys of whoever holds or claims a lease are shown as their digests: they are part of what a claim's token is made
    /// from, and the keys of one trainer often follow from each other. Whoever knows a key can still find its events.
    package var shownCausation: String? {
        guard actor == "trainer" else { return causation?.text }
        return causation.map { Digest(hashing: Array($0.text.utf8)).description }
    }
}
