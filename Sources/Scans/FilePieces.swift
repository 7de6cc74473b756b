package import Foundation
import Text

/// The bytes of a file, 1 MiB at a time.
package final class FilePieces {
    private static let pieceByteCount = 1 << 20
    private let handle: FileHandle
    private let name: String

    /// The bytes from `start` on.
    package init(of file: URL, from start: Int = 0) throws(ScanError) {
        name = file.lastPathComponent
        do {
            handle = try RegularFile.open(file.path(percentEncoded: false))
            try handle.seek(toOffset: UInt64(start))
        } catch let fault as RegularFile.Fault {
            throw ScanError(.unreadable, file: file.lastPathComponent, "the file \(fault)")
        } catch {
            throw ScanError(unreadable: file.lastPathComponent, error)
        }
    }

    /// The next piece; nil at the end.
    package func next() throws(ScanError) -> [UInt8]? {
        do {
            guard let piece = try handle.read(upToCount: Self.pieceByteCount), !piece.isEmpty else { return nil }
            return [UInt8](piece)
        } catch {
            throw ScanError(unreadable: name, error)
        }
    }
}

extension ScanError {
    fileprivate init(unreadable name: String, _ error: any Error) {
        self.init(.unreadable, file: name, "the file cannot be read: \(FileFault.words(error))")
    }
}
