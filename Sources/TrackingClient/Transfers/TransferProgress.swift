/// The progress of a download or an upload, in bytes.
package struct TransferProgress: Hashable, Sendable {
    package var byteCount: Int64
    package var totalByteCount: Int64

    package init(byteCount: Int64, totalByteCount: Int64) {
        self.byteCount = byteCount
        self.totalByteCount = totalByteCount
    }
}
