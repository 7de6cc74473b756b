import LMDB
import SwiftProtobuf
import Tracking

/// A session's document lies in two rows, so that an epoch does not copy the configuration: their bytes one after the
/// other are the bytes of the whole message.
extension SessionDocument {
    /// The fields that change rarely: 30 to 39.
    var settings: SessionDocument {
        SessionDocument.with {
            $0.configuration = configuration
            $0.configurationDigest = configurationDigest
            $0.configurationPath = configurationPath
            $0.params = params
            $0.warnings = warnings
            $0.provenance = provenance
            $0.results = results
            $0.reproductions = reproductions
            $0.configurationValues = configurationValues
        }
    }

    /// The document without them.
    var withoutSettings: SessionDocument {
        var document = self
        document.configuration = ""
        document.configurationDigest = ""
        document.configurationPath = ""
        document.params = []
        document.warnings = []
        document.provenance = []
        document.results = []
        document.reproductions = []
        document.configurationValues = []
        return document
    }
}

extension Transaction where Self: ~Copyable {
    /// The session called `id` as it was at `position`; without the rarely changing fields when they are not needed.
    func session(
        _ id: String, through position: LogPosition, in tables: Tables, withSettings: Bool = true
    ) throws(LMDBError) -> SessionDocument? {
        let head = DocumentKind.session.key(id)
        guard withSettings else {
            return try version(of: head, through: position, in: tables, as: SessionDocument.self)
        }
        guard var bytes = try withVersion(of: head, through: position, in: tables, { Array($0) }) else { return nil }
        if let settings = try withVersion(
            of: DocumentKind.sessionSettings.key(id), through: position, in: tables, { Array($0) })
        {
            bytes += settings
        }
        return try decoded(bytes, as: SessionDocument.self)
    }
}
