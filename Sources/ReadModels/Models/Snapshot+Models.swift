import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The models in the order of their names: at most `limit` after the first `offset`, and how many there are. Those that
    /// have lost their last alias are among them.
    package func models(
        limit: Int, offset: Int
    ) throws(ReadModelError) -> (models: [ModelDocument], total: Int) {
        var models: [ModelDocument] = []
        var total = 0
        do throws(LMDBError) {
            try transaction.forEachVersion(
                of: DocumentKind.model.prefix, through: position, in: tables
            ) { (bytes) throws(LMDBError) in
                total += 1
                if total > offset, models.count < limit {
                    models.append(try transaction.decoded(bytes, as: ModelDocument.self))
                }
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return (models, total)
    }

    /// The model called `name`; nil when it has never had an alias.
    package func model(_ name: String) throws(ReadModelError) -> ModelDocument? {
        do throws(LMDBError) {
            return try transaction.version(
                of: DocumentKind.model.key(name), through: position, in: tables, as: ModelDocument.self)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// What happened to the aliases of `model`, the newest first: at most `limit` changes after the first `offset`, each found
    /// by its number.
    package func changes(
        of model: ModelDocument, limit: Int, offset: Int
    ) throws(ReadModelError) -> [ModelAliasDocument] {
        var changes: [ModelAliasDocument] = []
        let count = Int(clamping: model.changeCount)
        guard limit > 0, offset < count else { return [] }
        do throws(LMDBError) {
            for number in (max(1, count - offset - limit + 1)...(count - offset)).reversed() {
                let change = try transaction.version(
                    of: DocumentKind.modelChange.key(model.name).appending(UInt64(number)), through: position,
                    in: tables, as: ModelAliasDocument.self)
                if let change { changes.append(change) }
            }
        } catch {
            throw ReadModelError(error)
        }
        return changes
    }

    /// The aliases, as `model@alias`, that point at checkpoints of `session`, or at the one called `checkpoint`.
    package func aliases(
        ofSession session: String, checkpoint: String? = nil
    ) throws(ReadModelError) -> [String] {
        var names: [String] = []
        var prefix = DocumentKind.checkpointAliases.key(session)
        if let checkpoint { prefix.append(checkpoint) }
        do throws(LMDBError) {
            try transaction.forEachVersion(of: prefix, through: position, in: tables) { (bytes) throws(LMDBError) in
                names += try transaction.decoded(bytes, as: CheckpointAliasesDocument.self).names
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return names.sorted()
    }
}
