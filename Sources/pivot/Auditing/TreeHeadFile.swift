import Foundation
import Text
import TrackingClient
package import Transparency

/// A signed tree head that somebody keeps, to hold the log to it later.
package enum TreeHeadFile {
    /// The bytes of the note in the file at `path`.
    ///
    /// - Throws: `CommandFailure` with the status `usage` when the file cannot be read.
    package static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .usage,
                "There is no file \(path) with a tree head to hold the log to. The first time, leave --since out and keep "
                    + "one with --save.")
        }
        do throws(RegularFile.Fault) {
            return try RegularFile.contents(of: path, upTo: Note.maximumByteCount)
        } catch {
            throw CommandFailure(.usage, "\(path) \(error).")
        }
    }

    /// Returns once `note` is on disk at `path`; until then what was there before is.
    package static func write(_ note: Note, to path: String) throws {
        var file = try OutputFile(path)
        do {
            try file.write(note.encoded)
            try file.finish()
        } catch {
            try file.discard()
            throw error
        }
    }
}
