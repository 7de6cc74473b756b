/// The origin of an upload, and what it says of itself.
package struct UploadSource: Sendable {
    /// The client's address.
    package var client: String
    /// The announced length; nil when it comes in chunks.
    package var byteCount: Int?
    /// True when it belongs to the attempt that showed its lease.
    package var isLeased: Bool

    package init(client: String, byteCount: Int?, isLeased: Bool = false) {
        self.client = client
        self.byteCount = byteCount
        self.isLeased = isLeased
    }
}
