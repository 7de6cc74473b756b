/// Has the disk write what an upload appends while more is being encoded, and keeps little of it in memory.
///
/// Every 4 MiB, and every file's end, is a step: the disk is asked to begin writing it. Once more than 12 MiB or 8 steps
/// are under way, the oldest is waited for and leaves the page cache. So the sync at the end has little left to wait for,
/// a source that is faster than the disk has to wait for it, and large uploads do not push out of memory what the
/// server reads all the time. A blob just stored is read from the disk.
struct WriteBehind {
    private static let stepByteCount = 4 << 20
    private static let byteLimit = 12 << 20
    private static let stepLimit = 8

    private struct Step {
        var file: any OpenFile
        /// The end of the step's bytes in the file.
        var end: Int64
        var byteCount: Int
    }

    /// The steps under way, oldest first.
    private var steps: [Step] = []
    /// The bytes of the steps under way.
    private var byteCount = 0
    /// The bytes appended since the last step.
    private var newByteCount = 0

    /// Notes that `count` bytes were appended to `file`. Throws what the disk says of earlier ones.
    mutating func note(_ count: Int, in file: any OpenFile) throws(FileSystemError) {
        newByteCount += count
        if newByteCount >= Self.stepByteCount { try beginStep(file) }
    }

    /// Notes that nothing more comes to `file`. Throws what the disk says of earlier bytes.
    mutating func end(_ file: any OpenFile) throws(FileSystemError) { try beginStep(file) }

    private mutating func beginStep(_ file: any OpenFile) throws(FileSystemError) {
        steps.append(Step(file: file, end: file.beginWriting(), byteCount: newByteCount))
        byteCount += newByteCount
        newByteCount = 0
        while byteCount > Self.byteLimit || steps.count > Self.stepLimit {
            let oldest = steps.removeFirst()
            byteCount -= oldest.byteCount
            try oldest.file.letGo(upTo: oldest.end)
        }
    }
}
