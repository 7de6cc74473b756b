package import Tracking

/// The calls that the store needs of a disk: the operating system's, or a double that loses power.
///
/// Calls block. Names and bytes are durable only after the sync of their folder or file.
package protocol FileSystem: Sendable {
    /// Makes a folder; one that is there already is not an error.
    func createDirectory(_ path: String) throws(FileSystemError)

    /// The names in a folder, in no order.
    func list(_ path: String) throws(FileSystemError) -> [String]

    /// Makes a new, empty file and opens it for reading and appending. A file that is there already is an error.
    func create(_ path: String) throws(FileSystemError) -> any OpenFile

    /// Opens a file for reading; nil when there is none.
    func open(_ path: String) throws(FileSystemError) -> (any OpenFile)?

    /// The folder's information about a file; nil when there is none.
    func information(about path: String) throws(FileSystemError) -> FileInformation?

    /// Sets the time that `information(about:)` tells.
    func setModificationTime(of path: String, to time: Timestamp) throws(FileSystemError)

    /// Gives a file another name, in the place of any file that has it.
    func rename(_ path: String, to newPath: String) throws(FileSystemError)

    /// Removes a file's name. A missing file is not an error.
    func remove(_ path: String) throws(FileSystemError)

    /// Returns once all bytes of a file are on disk.
    func sync(_ path: String) throws(FileSystemError)

    /// Returns once all names in a folder are on disk.
    func syncDirectory(_ path: String) throws(FileSystemError)
}
