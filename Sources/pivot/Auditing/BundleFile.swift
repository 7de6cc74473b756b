import ExportFormats
import Foundation
import Tracking
import TrackingClient
import Transparency

/// A bundle on its way into one file: a tar archive, which has its name only when it is whole and on disk.
enum BundleFile {
    /// Refuses a place where something is that may not be replaced.
    static func check(_ path: String, mayReplace: Bool) throws(CommandFailure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard !isFolder.boolValue else {
            throw CommandFailure(.usage, "\(path) is a folder. Name the file of the bundle with --output.")
        }
        guard mayReplace else {
            throw CommandFailure(.usage, "\(path) already exists. Replace it with --force, or choose another.")
        }
    }

    /// Returns the size of the archive once `bundle` is on disk at `path`. The same bundle makes the same bytes.
    ///
    /// - Throws: `CommandFailure` when it is larger than what verifiers read.
    static func write(_ bundle: AuditBundle, to path: String) throws -> Int64 {
        let files = bundle.files
        let byteCount = files.values.reduce(0) { $0 + $1.count + 1536 } + 1024
        guard byteCount <= BundleArchive.maximumByteCount else {
            throw CommandFailure(
                .usage,
                "The bundle would have \(HumanFormat.size(Int64(byteCount))), and verifiers read at most 1 GiB. Leave "
                    + "--blobs out: the bundle then has the digests, by which the files can be checked wherever they are."
            )
        }
        var output = try OutputFile(path)
        do {
            // The manifest first, for whoever lists the archive.
            let first = "manifest.json"
            let names = [first] + files.keys.filter { $0 != first }.sorted()
            for name in names {
                guard let bytes = files[name] else { continue }
                let count = Int64(bytes.count)
                try output.write(TarWriter.header(name, byteCount: count, time: Timestamp(rawValue: 0)))
                try output.write(bytes)
                try output.write(TarWriter.padding(after: count))
            }
            try output.write(TarWriter.end)
            try output.finish()
            return output.byteCount
        } catch {
            try output.discard()
            throw error
        }
    }
}
