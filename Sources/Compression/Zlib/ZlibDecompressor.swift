import CZlib

/// Unpacks a gzip file (RFC 1952, of one or more members) or a zlib stream (RFC 1950), piece by piece.
///
/// Give it the pieces in order, then ask for `finish()`. Checksums are verified, and never more than the maximum is kept,
/// whatever the bytes claim.
package final class ZlibDecompressor {
    /// The wrapper around the packed data.
    package enum Format: Sendable { case gzip, zlib }

    private let stream: UnsafeMutablePointer<z_stream>
    private let format: Format
    private let maximumByteCount: Int
    private var content: [UInt8] = []
    /// True once the last member has ended; what follows one of gzip is the next.
    private var hasEnded = false
    private var stepByteCount = 1 << 16
    /// True while a member that follows another one has given nothing yet: it may be no member at all.
    private var isUnsure = false
    /// True once what follows the last member is no member.
    private var isBehindEnd = false

    /// True when bytes that are not zero follow the last member of a gzip file; they are left out, as gzip does.
    package private(set) var hasTrailingBytes = false

    /// The content so far.
    package var contentSoFar: [UInt8] { content }

    /// A decompressor of content of at most `maximumByteCount` bytes. Throws `.outOfMemory`.
    package init(_ format: Format, maximumByteCount: Int) throws(ZlibError) {
        precondition(maximumByteCount >= 0, "a maximum is not negative")
        self.format = format
        self.maximumByteCount = maximumByteCount
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard pivot_inflate_init(stream, format == .gzip ? 15 + 16 : 15) == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks the next piece. Bytes after a zlib stream are not looked at; zero bytes after the last member of a gzip file
    /// are padding, and others set `hasTrailingBytes`. Throws `.malformed`, `.wrongChecksum` or
    /// `.tooLarge`; nothing may be asked of it then.
    package func append(_ piece: UnsafeRawBufferPointer) throws(ZlibError) {
        guard let base = piece.bindMemory(to: UInt8.self).baseAddress else { return }
        if isBehindEnd {
            noteTrailing(piece)
            return
        }
        precondition(piece.count <= Int(UInt32.max), "a piece has at most 4 GB")
        // The library reads through this pointer and never writes.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
        stream.pointee.avail_in = UInt32(piece.count)
        var isFull = false
        while stream.pointee.avail_in > 0 || isFull {
            if hasEnded {
                guard format == .gzip, stream.pointee.avail_in > 0 else { return }
                let rest = UnsafeRawBufferPointer(rebasing: piece.suffix(Int(stream.pointee.avail_in)))
                // A member begins with 1F 8B.
                guard rest.first == 0x1F else {
                    isBehindEnd = true
                    noteTrailing(rest)
                    return
                }
                inflateReset(stream)
                hasEnded = false
                isUnsure = true
            }
            do throws(ZlibError) {
                isFull = try step()
            } catch {
                guard isUnsure, case .malformed = error else { throw error }
                (hasEnded, isBehindEnd, hasTrailingBytes) = (true, true, true)
                return
            }
        }
    }

    private func noteTrailing(_ bytes: UnsafeRawBufferPointer) {
        if bytes.contains(where: { $0 != 0 }) { hasTrailingBytes = true }
    }

    /// The whole content. Throws `.truncated` when the stream has not ended.
    package func finish() throws(ZlibError) -> [UInt8] {
        guard hasEnded else { throw .truncated }
        return content
    }

    /// Unpacks as much as fits the next step; returns whether there may be more without further input.
    private func step() throws(ZlibError) -> Bool {
        // One byte of room beyond the maximum shows content that is too large.
        let room = min(stepByteCount, maximumByteCount - content.count + 1)
        var status = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(room)
            status = inflate(stream, Z_NO_FLUSH)
            count = room - Int(stream.pointee.avail_out)
        }
        switch status {
        case Z_OK: break
        case Z_BUF_ERROR where piece.isEmpty: return false
        case Z_STREAM_END: hasEnded = true
        case Z_MEM_ERROR: throw .outOfMemory
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
            throw ["incorrect data check", "incorrect length check"].contains(reason)
                ? .wrongChecksum : .malformed(reason: reason)
        }
        if !piece.isEmpty { isUnsure = false }
        content += piece
        guard content.count <= maximumByteCount else { throw .tooLarge(maximumByteCount: maximumByteCount) }
        stepByteCount = min(stepByteCount * 2, 1 << 22)
        return !hasEnded && piece.count == room
    }
}
