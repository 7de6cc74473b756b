/// A file held open. It stays readable after its name is removed, and is closed when the last holder lets it go.
package protocol OpenFile: AnyObject, Sendable {
    /// Writes all of `bytes` at the file's end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError)

    /// Fills `buffer` from `offset` on and returns how many bytes there were: fewer only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int

    /// Asks the disk to begin writing what was appended, without waiting and without promising anything. Returns the
    /// file's length as appended.
    func beginWriting() -> Int64

    /// Waits until the bytes before `offset`, whose writing has begun, are written, and gives back the memory in which the
    /// system keeps them. They are durable only after a sync; but when they cannot be written, this throws, and then the
    /// sync may not.
    func letGo(upTo offset: Int64) throws(FileSystemError)

    /// The file's length now.
    func byteCount() throws(FileSystemError) -> Int64
}
