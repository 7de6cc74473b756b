import LMDB
package import Tracking

/// What an examination of a log found.
package struct LogExamination: Sendable {
    package var verification = LogVerification()
    /// What is wrong; nil when nothing is.
    package var fault: StorageError?
    /// True when the fault is one of the indexes, which can be built again from the records.
    package var isOfIndexOnly = false
    /// The records that only the journal has.
    package var journaledCount = 0
}

extension LogSource {
    /// Reads everything: each record's checks and digest, the order of positions, versions and times, the appends, the
    /// indexes, the commands and the tree; then what only the journal has.
    ///
    /// A page that is damaged can end the process, so whoever wants to say so calls this in one of its own.
    /// - Parameters:
    ///   - checksStructure: True to look at the structure of all pages first, which another process must not write meanwhile.
    ///   - progress: Called now and then with the position that was reached.
    package func examine(
        checksStructure: Bool, progress: @escaping (LogPosition) -> Void
    ) -> LogExamination {
        var examination = LogExamination()
        do throws(LMDBError) {
            if checksStructure, try !environment.hasSoundStructure(beforePage: {}) {
                examination.fault = StorageError(
                    damaged: "The structure of the log's data file \(environment.path)/data.mdb is damaged.")
                return examination
            }
            let recent = try unindexed()
            let end = try environment.read { (transaction) throws(LMDBError) in
                try tables.lastPosition(in: transaction)
            }
            var pass = VerificationPass(
                tables: tables, recent: recent.streams, head: end, progress: progress)
            try environment.read { (transaction) throws(LMDBError) in
                try pass.run(in: transaction, LogTail.Snapshot(base: end))
            }
            (examination.fault, examination.isOfIndexOnly) = (pass.failure, pass.isOfIndexOnly)
            if pass.failure == nil { examination.verification = try verified(pass) }
        } catch {
            examination.fault = StorageError(error)
        }
        guard examination.fault == nil else { return examination }
        examineTail(&examination)
        return examination
    }

    private func verified(_ pass: VerificationPass) throws(LMDBError) -> LogVerification {
        do throws(StorageError) {
            return try pass.finish()
        } catch {
            throw LMDBError(.corrupted, during: "read", at: environment.path, detail: error.message)
        }
    }

    /// The appends that the indexes in the database lack.
    private func unindexed() throws(LMDBError) -> RecentIndex {
        try environment.read { (transaction) throws(LMDBError) in
            let indexed = try tables.position(of: LogTables.indexedKey, in: transaction)
            let range = KeyRange(lower: .excluded(LogTables.recordKey(indexed)))
            var elements: [RecentIndex.Element] = []
            try transaction.forEach(in: tables.appends, range: range) { (entry) throws(LMDBError) in
                guard let first = LogTables.position(ofKey: entry.key) else { return .stop }
                elements.append(try tables.append(at: first, in: transaction))
                return .next
            }
            return RecentIndex(elements)
        }
    }

    private func examineTail(_ examination: inout LogExamination) {
        var decoder = RecordDecoder(verifiesDigests: true)
        for append in tail {
            for (index, record) in append.records.enumerated() {
                do throws(RecordError) {
                    _ = try decoder.decode(record)
                    examination.journaledCount += 1
                } catch {
                    examination.fault = StorageError(error, at: LogPosition(append.first.rawValue + UInt64(index)))
                    return
                }
            }
        }
    }
}
