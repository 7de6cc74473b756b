/// The amounts that a verification of the log looked at.
package struct LogVerification: Hashable, Sendable {
    package var recordCount = 0
    package var appendCount = 0
    package var streamCount = 0
    /// Of the records, those whose content was removed.
    package var redactedCount = 0

    package init() {}
}
