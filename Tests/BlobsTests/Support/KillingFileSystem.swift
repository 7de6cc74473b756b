import Blobs
import Glibc
import Synchronization
import Tracking

/// The operating system's files, until a call that changes them: there the process kills itself.
final class KillingFileSystem: FileSystem {
    private let files = PosixFileSystem()
    private let callsLeft: Atomic<Int>

    /// A file system that dies in place of the `number`th call, counted from 0.
    init(diesAt number: Int) { callsLeft = Atomic(number) }

    fileprivate func count() {
        if callsLeft.wrappingSubtract(1, ordering: .relaxed).oldValue == 0 { _ = kill(getpid(), SIGKILL) }
    }

    func createDirectory(_ path: String) throws(FileSystemError) { try files.createDirectory(path) }

    func list(_ path: String) throws(FileSystemError) -> [String] { try files.list(path) }

    func create(_ path: String) throws(FileSystemError) -> any OpenFile {
        count()
        return KillingFile(file: try files.create(path), disk: self)
    }

    func open(_ path: String) throws(FileSystemError) -> (any OpenFile)? { try files.open(path) }

    func information(about path: String) throws(FileSystemError) -> FileInformation? {
        try files.information(about: path)
    }

    func setModificationTime(of path: String, to time: Timestamp) throws(FileSystemError) {
        count()
        try files.setModificationTime(of: path, to: time)
    }

    func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        count()
        try files.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(FileSystemError) {
        count()
        try files.remove(path)
    }

    func sync(_ path: String) throws(FileSystemError) {
        count()
        try files.sync(path)
    }

    func syncDirectory(_ path: String) throws(FileSystemError) {
        count()
        try files.syncDirectory(path)
    }
}

/// A file whose appends may be the process's last call, half done.
private final class KillingFile: OpenFile {
    private let file: any OpenFile
    private let disk: KillingFileSystem

    init(file: any OpenFile, disk: KillingFileSystem) {
        self.file = file
        self.disk = disk
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
        try file.append(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]))
        disk.count()
        try file.append(UnsafeRawBufferPointer(rebasing: bytes[(bytes.count / 2)...]))
    }

    func beginWriting() -> Int64 { file.beginWriting() }

    func letGo(upTo offset: Int64) throws(FileSystemError) { try file.letGo(upTo: offset) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        try file.read(into: buffer, at: offset)
    }

    func byteCount() throws(FileSystemError) -> Int64 { try file.byteCount() }
}
