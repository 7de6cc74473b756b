import Application
import Delivery
import EventLog
import Logging
import TrainingConfiguration
import Transparency

/// The parts that sign and prove the log.
enum AuditParts {
    /// The audit of the log in `directory`, with its tiles and its key, which are made when they are missing.
    ///
    /// - Throws: When a witness's key is none, and when the log's key is not to be used.
    static func audit(
        _ settings: AuditSettings, _ directory: DataDirectory, _ backends: Backends, _ core: TrackerCore, logger: Logger
    ) async throws -> Audit {
        let tiles = try TreeTiles(folder: directory.treeFolder)
        let projection = TileProjection(tiles, of: backends.store, readers: backends.readers) { size, end in
            logger.notice(
                "The tree of the log is being computed.", metadata: ["records": "\(size)", "end": "\(end)"])
        }
        let signer = TreeSigner.Settings(
            keyFile: LogKeyFile(path: directory.logKeyFile), headFile: LogHeadFile(path: directory.logHeadFile),
            origin: settings.origin, witnesses: try settings.witnesses.enumerated().map(witness),
            sender: WitnessMessenger(), status: core.auditStatus, now: core.now)
        return Audit(
            store: backends.store, projection: projection,
            signer: try await TreeSigner(signer, store: backends.store, projection: projection))
    }

    private static func witness(_ index: Int, _ settings: AuditSettings.Witness) throws -> Witness {
        let place = "audit.witnesses[\(index)]"
        guard ["http://", "https://"].contains(where: settings.url.hasPrefix) else {
            throw SettingFailure(
                "\(place).url: '\(settings.url)' is not an address. Write it like https://witness.example.org.")
        }
        let key: VerifierKey
        do throws(NoteError) {
            key = try VerifierKey(settings.key)
        } catch {
            throw SettingFailure("\(place).key: \(error) Ask the witness for it.")
        }
        guard key.kind == .cosignature else {
            throw SettingFailure("\(place).key is the key of a log, not of a witness. Ask the witness for its key.")
        }
        return Witness(url: settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url, key: key)
    }
}
