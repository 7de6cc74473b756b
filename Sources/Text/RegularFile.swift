package import Foundation

/// Opens files whose paths come from someone else, or that someone else put there.
package enum RegularFile {
    /// The reason that a file is not read; a part of a sentence that begins with the file's name.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        /// The system refused, with this error number.
        case system(Int32)
        /// It is a folder, a pipe, a socket or a device.
        case notRegular
        /// It has more bytes than are read.
        case tooLarge(byteCount: Int)

        package var description: String {
            switch self {
            case .system(let code): "cannot be read: \(FileFault.words(ofCode: code))"
            case .notRegular: "is not a regular file; give a file"
            case .tooLarge(let byteCount): "has more than \(byteCount) bytes"
            }
        }
    }

    /// Opens the file at `path` for reading. Anything but a regular file is refused without waiting for whoever may be at the
    /// other end of it.
    package static func open(_ path: String) throws(Fault) -> FileHandle {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        // A socket cannot be opened at all.
        guard descriptor >= 0 else { throw errno == ENXIO ? .notRegular : .system(errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        return handle
    }

    /// The bytes of the file at `path`, which may have at most `byteCount`.
    package static func contents(of path: String, upTo byteCount: Int) throws(Fault) -> [UInt8] {
        let handle = try open(path)
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try handle.read(upToCount: byteCount + 1) ?? Data())
        } catch {
            throw .system((error as? POSIXError)?.code.rawValue ?? EIO)
        }
        guard bytes.count <= byteCount else { throw .tooLarge(byteCount: byteCount) }
        return bytes
    }
}
