import ExportFormats
import Foundation
import Tracking
import TrackingClient

/// A session's archive, a folder or a tar file, whose files are read where they lie.
struct ArchiveReader {
    let path: String
    let manifest: ArchiveManifest
    let manifestDigest: Digest
    /// Where each file of the manifest lies.
    private let places: [String: Place]

    /// So many bytes of a file on disk.
    struct Place {
        var file: String
        var start: Int64
        var byteCount: Int64

        var source: UploadSource { .part(of: file, from: start, byteCount: byteCount) }

        /// Calls `body` with the bytes in pieces.
        func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
            let file = try LocalFile(file, flags: O_RDONLY)
            try file.seek(to: start)
            var rest = byteCount
            while rest > 0 {
                let piece = try file.read(upTo: Int(min(rest, 1 << 20)))
                guard !piece.isEmpty else { return }
                rest -= Int64(piece.count)
                try body(piece)
            }
        }

        func bytes() throws -> [UInt8] {
            var bytes: [UInt8] = []
            try forEachPiece { bytes += $0 }
            return bytes
        }
    }

    private static let maximumManifestByteCount: Int64 = 256 << 20

    /// - Throws: `CommandFailure` when there is no archive at `path`, or not a whole one.
    init(_ path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.usage, "There is no archive at \(path).")
        }
        let found = isFolder.boolValue ? nil : try Self.members(of: path)
        func find(_ name: String) throws -> Place? {
            guard isFolder.boolValue else { return found?[name] }
            let file = path + "/" + name
            guard FileManager.default.fileExists(atPath: file) else { return nil }
            return Place(file: file, start: 0, byteCount: try LocalFile(file, flags: O_RDONLY).byteCount())
        }
        guard let place = try find(ArchiveManifest.path), place.byteCount <= Self.maximumManifestByteCount else {
            throw CommandFailure(
                .usage, "\(path) has no \(ArchiveManifest.path). Give a folder or a .tar that `export session` wrote.")
        }
        let bytes = try place.bytes()
        manifest = try ArchiveManifest(bytes, of: path)
        manifestDigest = Digest(hashing: bytes)
        var places: [String: Place] = [:]
        for file in manifest.files {
            places[file.path] = try Self.whole(file, find(file.path), in: path)
        }
        self.places = places
    }

    private static func whole(
        _ file: ArchiveManifest.File, _ place: Place?, in path: String
    ) throws -> Place {
        guard let place else {
            throw CommandFailure(.failed, "\(path) lacks \(file.path), which its manifest lists. Copy it again.")
        }
        guard place.byteCount == file.byteCount else {
            throw CommandFailure(
                .failed,
                "\(file.path) in \(path) has \(place.byteCount) bytes, and its manifest says \(file.byteCount). Copy it "
                    + "again.")
        }
        return place
    }

    /// Compares every file with its digest, and the events with what the manifest says of them.
    func verify() throws {
        let meter = TransferMeter("verifying")
        defer { meter.finish() }
        let total = manifest.byteCount
        var done: Int64 = 0
        var streams: [String: StreamContent] = [:]
        for file in manifest.files {
            guard let place = places[file.path] else { continue }
            let isStream = manifest.streams.contains { $0.path == file.path }
            var (hasher, records, content) = (Digest.Hasher(), DelimitedRecords(), StreamContent())
            try place.forEachPiece { piece in
                hasher.update(piece)
                done += Int64(piece.count)
                meter.update(TransferProgress(byteCount: done, totalByteCount: max(total, 1)))
                guard isStream else { return }
                records.add(piece)
                do {
                    while let record = try records.next() { content.add(record) }
                } catch is DelimitedRecords.Malformed {
                    throw damage(file.path, "is no sequence of event records")
                }
            }
            let digest = hasher.finalize()
            guard digest == file.digest else {
                throw damage(file.path, "has the digest \(digest), and the manifest says \(file.digest)")
            }
            if isStream { streams[file.path] = content }
        }
        for stream in manifest.streams {
            guard let content = streams[stream.path], content.digest == stream.digest,
                content.eventCount == stream.eventCount
            else { throw damage(stream.path, "does not hold the events that the manifest says") }
        }
        let digest = StreamContent.digest(
            session: streams[ArchiveManifest.sessionEvents] ?? StreamContent(),
            telemetry: streams[ArchiveManifest.telemetryEvents] ?? StreamContent())
        guard digest == manifest.contentDigest else {
            throw damage("events", "have the digest \(digest), and the manifest says \(manifest.contentDigest)")
        }
    }

    private func damage(_ what: String, _ how: String) -> CommandFailure {
        CommandFailure(
            .failed,
            "\(what) in \(path) was changed since the export: it \(how). Nothing was sent. Copy the archive again.")
    }

    /// The files by their digests.
    func filesByDigest() -> [Digest: (file: ArchiveManifest.File, place: Place)] {
        var files: [Digest: (ArchiveManifest.File, Place)] = [:]
        for file in manifest.files {
            if let place = places[file.path] { files[file.digest] = (file, place) }
        }
        return files
    }

    /// The files in the tar archive at `path`.
    private static func members(of path: String) throws -> [String: Place] {
        let file = try LocalFile(path, flags: O_RDONLY)
        let size = try file.byteCount()
        let block = Int64(TarHeader.blockByteCount)
        var members: [String: Place] = [:]
        var offset: Int64 = 0
        var (longPath, longSize): (String?, Int64?) = (nil, nil)
        do {
            while offset + block <= size {
                try file.seek(to: offset)
                guard let header = try TarHeader(file.read(upTo: Int(block))[...]) else { return members }
                offset += block
                let byteCount = header.kind == .file ? longSize ?? header.byteCount : header.byteCount
                guard byteCount >= 0, byteCount <= size - offset else { throw TarError.truncated }
                switch header.kind {
                case .file:
                    let name = longPath ?? header.path
                    members[name.hasPrefix("./") ? String(name.dropFirst(2)) : name] = Place(
                        file: path, start: offset, byteCount: byteCount)
                    (longPath, longSize) = (nil, nil)
                case .extended, .longPath:
                    guard byteCount <= 1 << 20 else { throw TarError.malformed }
                    let bytes = try Place(file: path, start: offset, byteCount: byteCount).bytes()
                    if header.kind == .longPath {
                        longPath = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    } else {
                        let records = try TarHeader.records(in: bytes)
                        longPath = records["path"] ?? longPath
                        longSize = records["size"].flatMap { Int64($0) }
                    }
                case .folder, .other, .special: (longPath, longSize) = (nil, nil)
                }
                offset += (byteCount + block - 1) / block * block
            }
        } catch is TarError {
            throw CommandFailure(
                .failed, "\(path) is not a whole tar archive. Unpack a compressed one first; else copy it again.")
        }
        return members
    }
}
