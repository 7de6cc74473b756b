import Application
import Blobs
import EventLog
import ExportFormats
import Foundation
import Tracking

/// Reads a backup as a tar stream, from its beginning to its end, and hands what it holds to a restore.
struct TarBackupReader {
    private let descriptor: Int32
    private var byteCount: Int64 = 0
    private var manifest: BackupManifest?

    /// Reads from the open file `descriptor`.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Hands everything to `restoration`, whose records it checks. Returns the manifest.
    ///
    /// - Parameter progress: Called with the bytes that were read.
    /// - Throws: When the stream ends before the manifest, or holds anything but a backup.
    mutating func feed(_ restoration: Restoration, progress: (Int64) -> Void) throws -> BackupManifest {
        var (longPath, longSize): (String?, Int64?) = (nil, nil)
        do {
            while let block = try block(), let header = try TarHeader(block[...]) {
                let size = header.kind == .file ? longSize ?? header.byteCount : header.byteCount
                guard size >= 0 else { throw TarError.malformed }
                switch header.kind {
                case .file:
                    let name = longPath ?? header.path
                    try take(name.hasPrefix("./") ? String(name.dropFirst(2)) : name, size, restoration)
                    (longPath, longSize) = (nil, nil)
                case .extended, .longPath:
                    let bytes = try bytes(size, atMost: 1 << 20)
                    if header.kind == .longPath {
                        longPath = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    } else {
                        let records = try TarHeader.records(in: bytes)
                        longPath = records["path"] ?? longPath
                        longSize = records["size"].flatMap { Int64($0) }
                    }
                case .folder, .other, .special:
                    try forEachPiece(of: size) { _ in }
                    (longPath, longSize) = (nil, nil)
                }
                let block = Int64(TarHeader.blockByteCount)
                try forEachPiece(of: (block - size % block) % block) { _ in }
                progress(byteCount)
            }
        } catch is TarError {
            throw CommandFailure(
                .failed,
                "What was read is not a whole tar archive of `pivot backup`. Decompress it first; else copy it again.")
        }
        guard let manifest else {
            throw CommandFailure(
                .failed, "The backup ended before its manifest, so it is not whole. Use another backup.")
        }
        try restoration.checkRecords(manifest)
        return manifest
    }

    private mutating func take(_ path: String, _ size: Int64, _ restoration: Restoration) throws {
        if path == TarBackup.manifestPath {
            manifest = try BackupManifest(bytes(size, atMost: BackupManifest.maximumByteCount), of: "stream")
        } else if path.hasPrefix(TarBackup.logFolder), path.hasSuffix(TarBackup.logEnding) {
            let encoded = try bytes(size, atMost: LogGroup.maximumEncodedByteCount)
            guard let group = LogGroup(encoded: encoded), group.base == restoration.head else {
                throw CommandFailure(
                    .failed,
                    "The backup is damaged at \(path), after the record at position \(restoration.head). Use another "
                        + "backup.")
            }
            try restoration.append(group)
        } else if path.hasPrefix(TarBackup.objectFolder),
            let digest = Digest(hex: path.dropFirst(TarBackup.objectFolder.count).filter { $0 != "/" }.utf8)
        {
            let object = try restoration.newObject()
            try forEachPiece(of: size) { try object.append($0) }
            try object.place(as: digest)
        } else {
            throw CommandFailure(.failed, "\(path) is nothing that `pivot backup` writes. Give a backup alone.")
        }
    }

    private mutating func bytes(_ size: Int64, atMost limit: Int) throws -> [UInt8] {
        guard size <= Int64(limit) else { throw TarError.malformed }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        try forEachPiece(of: size) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The next block; nil at the end of the stream.
    private mutating func block() throws -> [UInt8]? {
        var block = [UInt8](repeating: 0, count: TarHeader.blockByteCount)
        let count = try block.withUnsafeMutableBytes { try read(into: $0) }
        if count == 0 { return nil }
        guard count == block.count else { throw TarError.truncated }
        return block
    }

    private mutating func forEachPiece(of size: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(min(max(size, 1), 1 << 20)), alignment: 16)
        defer { buffer.deallocate() }
        var rest = size
        while rest > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))])
            guard try read(into: part) == part.count else { throw TarError.truncated }
            try body(UnsafeRawBufferPointer(part))
            rest -= Int64(part.count)
        }
    }

    /// Fills `buffer` and returns how many bytes there were: fewer only at the end.
    private mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count, let base = buffer.baseAddress {
            let count = Foundation.read(descriptor, base + filled, buffer.count - filled)
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandFailure(
                    .failed, "The backup could not be read: \(String(cString: strerror(errno))). Copy it again.")
            }
            if count == 0 { break }
            filled += count
        }
        byteCount += Int64(filled)
        return filled
    }
}
