import Tracking

/// Records that have come and are not taken yet, and the failure that ended their coming.
///
/// Whoever adds to a full one waits, so that a log that is read faster than it is written out does not fill the memory.
actor RecordInbox {
    private static let maximumCount = 4096

    private var records: [EventRecord] = []
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var failure: (any Error)?

    func add(_ record: EventRecord) async {
        while records.count >= Self.maximumCount, failure == nil {
            await withCheckedContinuation { waiting.append($0) }
        }
        records.append(record)
    }

    func fail(_ error: any Error) {
        failure = error
        release()
    }

    /// Returns what has come, in order, and keeps none of it.
    func take() -> [EventRecord] {
        defer {
            records = []
            release()
        }
        return records
    }

    private func release() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
