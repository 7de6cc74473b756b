import LMDB
import SwiftProtobuf
package import Tracking

extension ReadModelSnapshot {
    /// The retention rules that are not deleted, in the order of their names.
    package func retentionRules() throws(ReadModelError) -> [RetentionRuleDocument] {
        do throws(LMDBError) {
            var rules: [RetentionRuleDocument] = []
            try transaction.forEachVersion(
                of: DocumentKind.retentionRule.prefix, through: position, in: tables
            ) { (bytes) throws(LMDBError) in
                let rule = try transaction.decoded(bytes, as: RetentionRuleDocument.self)
                if !rule.deleted { rules.append(rule) }
                return .next
            }
            return rules.sorted { $0.name < $1.name }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The rule called `name`; nil when there is none or it is deleted.
    package func retentionRule(_ name: String) throws(ReadModelError) -> RetentionRuleDocument? {
        do throws(LMDBError) {
            let rule = try transaction.version(
                of: DocumentKind.retentionRule.key(name), through: position, in: tables,
                as: RetentionRuleDocument.self)
            return rule?.deleted == false ? rule : nil
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The sessions that `filter` lets through, in the order of their creation.
    package func sessionIDs(_ filter: SessionFilter) throws(ReadModelError) -> [Session.ID] {
        try sessionIDs { () throws(LMDBError) in try selection(filter) }
    }
}
