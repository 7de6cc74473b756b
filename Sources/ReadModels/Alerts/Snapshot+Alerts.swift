import LMDB
import SwiftProtobuf
package import Tracking

extension ReadModelSnapshot {
    /// The rules that are not deleted, in the order of their creation.
    package func alertRules() throws(ReadModelError) -> [AlertRuleDocument] {
        try reading { () throws(LMDBError) in
            var rules: [AlertRuleDocument] = []
            try transaction.forEachVersion(
                of: DocumentKind.alertRule.prefix, through: position, in: tables
            ) { (bytes) throws(LMDBError) in
                let rule = try transaction.decoded(bytes, as: AlertRuleDocument.self)
                if !rule.deleted { rules.append(rule) }
                return .next
            }
            return rules.sorted { $0.createdPosition < $1.createdPosition }
        }
    }

    /// The rule called `id`; nil when there is none or it is deleted.
    package func alertRule(_ id: String) throws(ReadModelError) -> AlertRuleDocument? {
        try reading { () throws(LMDBError) in
            let rule = try transaction.version(
                of: DocumentKind.alertRule.key(id), through: position, in: tables, as: AlertRuleDocument.self)
            return rule?.deleted == false ? rule : nil
        }
    }

    /// The alerts that `isIncluded` lets through, the newest causes first: at most `limit` after the first `offset`.
    package func alerts(
        limit: Int, offset: Int, where isIncluded: (AlertDocument) -> Bool
    ) throws(ReadModelError) -> [AlertDocument] {
        try reading { () throws(LMDBError) in
            try newest(DocumentKind.alert, AlertDocument.self, limit: limit, offset: offset, where: isIncluded)
        }
    }

    /// The alert called `id`.
    package func alert(_ id: Alert.ID) throws(ReadModelError) -> AlertDocument? {
        try reading { () throws(LMDBError) in
            try transaction.version(
                of: DocumentKind.alert.key(id), through: position, in: tables, as: AlertDocument.self)
        }
    }

    /// How many alerts are not resolved.
    package func alertCounts() throws(ReadModelError) -> AlertCountsDocument {
        try reading { () throws(LMDBError) in
            try transaction.version(
                of: DocumentKind.alertCounts.prefix, through: position, in: tables, as: AlertCountsDocument.self)
                ?? AlertCountsDocument()
        }
    }

    /// The notifications that are shown and that `isIncluded` lets through, the newest first.
    package func notifications(
        limit: Int, offset: Int, where isIncluded: (NotificationDocument) -> Bool
    ) throws(ReadModelError) -> (notifications: [NotificationDocument], marks: NotificationMarksDocument) {
        try reading { () throws(LMDBError) in
            let marks = try transaction.notificationMarks(through: position, in: tables)
            let documents = try newest(
                DocumentKind.notification, NotificationDocument.self, after: marks.clearedThrough, limit: limit,
                offset: offset
            ) { document in
                !document.cleared && isIncluded(document.marked(marks))
            }
            return (documents.map { $0.marked(marks) }, marks)
        }
    }

    /// The notification of the event at `place`, if there is one that is shown.
    package func notification(at place: LogPosition) throws(ReadModelError) -> NotificationDocument? {
        try reading { () throws(LMDBError) in
            let marks = try transaction.notificationMarks(through: position, in: tables)
            let known = try transaction.version(
                of: DocumentKind.notification.prefix.appending(place.rawValue), through: position, in: tables,
                as: NotificationDocument.self)
            guard let known, !known.cleared, known.position > marks.clearedThrough else { return nil }
            return known.marked(marks)
        }
    }

    /// Documents of a kind whose keys are ordered by place, from the last one back.
    private func newest<Document: SwiftProtobuf.Message>(
        _ kind: DocumentKind, _ type: Document.Type, after first: UInt64 = 0, limit: Int, offset: Int,
        where isIncluded: (Document) -> Bool
    ) throws(LMDBError) -> [Document] {
        var documents: [Document] = []
        var passed = 0
        try transaction.forEachNewest(
            of: kind.prefix, from: newestPlace, through: position, in: tables, as: type
        ) { place, document in
            guard place > first, documents.count < limit else { return .stop }
            guard isIncluded(document) else { return .next }
            passed += 1
            if passed > offset { documents.append(document) }
            return .next
        }
        return documents
    }

    private func reading<Value>(_ body: () throws(LMDBError) -> Value) throws(ReadModelError) -> Value {
        do throws(LMDBError) {
            return try body()
        } catch {
            throw ReadModelError(error)
        }
    }
}
