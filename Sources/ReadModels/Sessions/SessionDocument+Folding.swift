import SwiftProtobuf
package import Tracking

extension SessionDocument {
    /// The document that the first events of a session make, without the read models.
    ///
    /// - Parameter records: All of the session's events so far.
    /// - Returns: Nil when other streams, or what other read models keep, may have their part in what is shown: after an epoch, a
    ///   checkpoint or a second claim, and while it is queued.
    package static func folded(from records: [RecordedEvent]) throws(EventCodecError) -> SessionDocument? {
        guard let first = records.first else { return nil }
        var document = SessionDocument.with { $0.sessionID = first.stream.identity }
        for record in records {
            let event = try SessionEvent(record)
            switch event {
            case .created, .renamed, .tagged, .noted, .paramsSet, .startRequested, .attemptClaimed: break
            default: return nil
            }
            SessionFold.evolve(&document, with: event, recordedAs: record)
        }
        return document.attempt > 1 || document.queuedPosition > 0 ? nil : document
    }
}
