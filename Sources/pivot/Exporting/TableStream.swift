import ExportFormats
import TrackingClient

/// Rows that a server sends, as they come.
struct TableStream {
    private var bytes: ExportedBytes
    private var reader = MessageTableReader()

    init(_ bytes: ExportedBytes) { self.bytes = bytes }

    /// The position of the log whose state it is.
    var position: UInt64 { bytes.position }

    /// The columns, once rows have come or the end has.
    var columns: [TableColumn] { reader.columns }

    /// The next rows; nil at the end.
    mutating func next() async throws -> TableBatch? {
        while true {
            if let batch = try reader.next() { return batch }
            guard let piece = try await bytes.next() else {
                guard reader.isComplete else {
                    throw CommandFailure(.failed, "The server's answer ended too soon. Export again.")
                }
                return nil
            }
            reader.add(piece)
        }
    }
}
