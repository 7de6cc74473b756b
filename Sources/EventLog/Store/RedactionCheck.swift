import Tracking

/// Compares the records whose content is gone with the events that removed it: content that is absent without an event that
/// names its record is damage, and so is content that is there though an event says that it went.
struct RedactionCheck {
    /// The redacted records that were met, in order, by the event that they name and that comes later.
    private var expected: [LogPosition: [LogPosition]] = [:]
    /// The number of redacted records.
    private(set) var count = 0

    /// Takes the next event of the log. Returns what is wrong.
    mutating func add(_ event: RecordedEvent) -> String? {
        if let redaction = event.redactedBy {
            count += 1
            expected[redaction, default: []].append(event.position)
        }
        let redacted: SessionRedacted
        do throws(EventCodecError) {
            guard let body = try SessionRedacted(event) else { return nil }
            redacted = body
        } catch {
            return "The redaction at position \(event.position) cannot be read: \(error)"
        }
        let absent = expected.removeValue(forKey: event.position) ?? []
        let named = redacted.positions
        guard let difference = Set(absent).symmetricDifference(named).min() else { return nil }
        return absent.contains(difference)
            ? "The content of the record at position \(difference) is gone, and the redaction at position "
                + "\(event.position) does not name it."
            : "The redaction at position \(event.position) says that the content of the record at position "
                + "\(difference) is gone, but it is there."
    }

    /// Returns what is wrong once the whole log was looked at.
    func finish() -> String? {
        guard let (redaction, records) = expected.min(by: { $0.key < $1.key }), let first = records.first else {
            return nil
        }
        return "The content of the record at position \(first) is gone, and position \(redaction) has no redaction "
            + "that names it."
    }
}
