import LMDB
import Tracking

/// The facts of a session that lists need before they read its document; the current state only.
struct SessionIndexRow: Equatable {
    var session: String
    var status: Session.Status
    var isArchived: Bool
    var createdPosition: UInt64
    /// 0 when it is not queued.
    var queuedPosition: UInt64

    static let prefix = RowKey(1)

    static func key(_ session: String) -> RowKey { prefix.appending(session) }

    init(_ document: SessionDocument) {
        session = document.sessionID
        status = Session.Status(rawValue: document.status) ?? .created
        isArchived = document.archived
        createdPosition = document.createdPosition
        queuedPosition = document.queuedPosition
    }

    /// Reads a row; nil when it is not one.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 18, Int(bytes[0]) < Session.Status.allCases.count else { return nil }
        status = Session.Status.allCases[Int(bytes[0])]
        isArchived = bytes[1] != 0
        createdPosition = bytes.bigEndian(at: 2, as: UInt64.self)
        queuedPosition = bytes.bigEndian(at: 10, as: UInt64.self)
        session = String(decoding: bytes[18...], as: UTF8.self)
    }

    /// Status, archived, created position, queued position, id.
    var bytes: [UInt8] {
        var row = RowKey(UInt8(Session.Status.allCases.firstIndex(of: status) ?? 0))
        row.append(UInt8(isArchived ? 1 : 0))
        row.append(createdPosition)
        row.append(queuedPosition)
        return row.bytes + Array(session.utf8)
    }
}
