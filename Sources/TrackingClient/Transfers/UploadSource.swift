/// The source of an upload's bytes.
package enum UploadSource: Sendable {
    /// A regular file, read while it is sent; it must not change until then.
    case file(String)
    case bytes([UInt8])
    /// So many bytes of a regular file from a place on.
    case part(of: String, from: Int64, byteCount: Int64)

    /// The number of bytes. Throws `file`.
    func byteCount() async throws(ClientError) -> Int64 {
        switch self {
        case .bytes(let bytes): return Int64(bytes.count)
        case .part(_, _, let byteCount): return byteCount
        case .file(let path):
            return try await LocalFile.run { try LocalFile(path, flags: 0).byteCount() }
        }
    }
}
