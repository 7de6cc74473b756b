import Foundation
import LMDB
package import Tracking

/// The result of examining the read models, which changes nothing.
package enum ReadModelExamination: Sendable {
    /// There are none of this release; the next start builds them.
    case none
    /// They are damaged; why.
    case damaged(String)
    /// They are sound, show the log up to a position, and name blobs.
    case sound(LogPosition, NamedBlobs)

    /// Reads every row in `path`, the folder of the read models, and compares it with its checksum.
    ///
    /// A page that is damaged can end the process, so whoever wants to say so calls this in one of its own.
    /// - Parameter isInUse: True while another process may write: then the structure of the pages is not looked at.
    package static func of(folder path: String, isInUse: Bool) -> ReadModelExamination {
        var options = ReadModelOptions().environment
        options.isReadOnly = true
        options.checkedByteCount = isInUse ? 0 : .max
        let folder = ReadModelFolder(path: path, version: ProjectionList.version, environment: options)
        guard folder.hasComplete else { return .none }
        do {
            let store = try ReadModelStore(path: folder.complete, options: options)
            _ = try store.digest()
            let snapshot = try ReadModelSnapshot(
                transaction: try store.environment.beginReading(), tables: store.tables, asOf: nil)
            return .sound(snapshot.position, try snapshot.namedBlobs())
        } catch {
            return .damaged("\(error)")
        }
    }
}
