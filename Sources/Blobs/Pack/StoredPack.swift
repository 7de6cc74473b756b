import Tracking

/// A pack held open for reading.
struct StoredPack: Sendable {
    /// The address under which it was found.
    let digest: Digest
    /// The file's length.
    let byteCount: Int64
    /// Its table, which agrees with itself, the file's length and the address.
    let table: PackTable

    private let file: any OpenFile

    /// Reads the table of the pack in `file`, found as the object `digest`.
    ///
    /// Throws `.damaged(digest, .table)` for anything that is not a whole pack of that address, `.unsupportedVersion`
    /// for one of a newer version. No bytes whatever make it trap.
    init(file: any OpenFile, digest: Digest) throws(BlobError) {
        self.file = file
        self.digest = digest
        byteCount = try Self.mapping { () throws(FileSystemError) in try file.byteCount() }
        let damage = BlobError.damaged(digest, .table)
        guard byteCount >= Int64(PackFormat.fixedByteCount) else { throw damage }
        let header = try Self.read(PackFormat.headerByteCount, from: file, at: 0, orThrow: damage)
        guard header.starts(with: PackFormat.magic) else { throw damage }
        let version = header[8]
        guard PackFormat.versions.contains(version) else { throw .unsupportedVersion(digest, version: version) }
        guard header == PackFormat.header(version: version) else { throw damage }
        let footerOffset = byteCount - Int64(PackFormat.footerByteCount)
        let footer = try Self.read(PackFormat.footerByteCount, from: file, at: footerOffset, orThrow: damage)
        let tableOffset = footer.withUnsafeBytes { $0.littleEndian(at: 8, as: Int64.self) }
        guard (Int64(PackFormat.headerByteCount)...footerOffset).contains(tableOffset) else { throw damage }
        let bytes = try Self.read(Int(byteCount - tableOffset), from: file, at: tableOffset, orThrow: damage)
        let total = byteCount
        let decoded = bytes.withUnsafeBytes { PackTable(decoding: $0, version: version, packByteCount: total) }
        guard let decoded, decoded.digest == digest else { throw damage }
        table = decoded
    }

    /// Reads the frame of the table's row `index` into `content`, which has its byte count, and verifies it. `base` is the
    /// content at its place in the pack's base, when the frame is a difference.
    ///
    /// Throws `.damaged(digest, .frame(index))`; the bytes of `content` are undefined then.
    func read(
        _ frame: PackRow.Frame, row index: Int, base: UnsafeRawBufferPointer? = nil,
        into content: UnsafeMutableRawBufferPointer, using decoder: inout PackFrameDecoder
    ) throws(BlobError) {
        let room = decoder.room(for: frame)
        let file = file
        let offset = table.storedOffsets[index]
        let count = try Self.mapping { () throws(FileSystemError) in try file.read(into: room, at: offset) }
        guard count == frame.storedByteCount, decoder.decode(frame, base: base, into: content) else {
            throw .damaged(digest, .frame(index))
        }
    }

    private static func read(
        _ count: Int, from file: any OpenFile, at offset: Int64, orThrow damage: BlobError
    ) throws(BlobError) -> [UInt8] {
        var result: Result<Int, FileSystemError> = .success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            result = Result { () throws(FileSystemError) in
                try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            }
            if case .success(let read) = result { initialized = read }
        }
        let read = try mapping { () throws(FileSystemError) in try result.get() }
        guard read == count else { throw damage }
        return bytes
    }

    private static func mapping<Value>(
        _ body: () throws(FileSystemError) -> Value
    ) throws(BlobError) -> Value {
        do { return try body() } catch { throw BlobError(error) }
    }
}
