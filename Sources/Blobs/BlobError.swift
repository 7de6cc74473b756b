package import Tracking

/// The reason that the store did not do what was asked. Two errors are equal when they are of one kind about one thing.
package enum BlobError: Error, CustomStringConvertible {
    /// No blob has this digest.
    case notFound(Digest)
    /// The stored bytes are not those that were put. No wrong byte was handed out.
    case damaged(Digest, BlobDamage)
    /// The blob was written by a newer PIVOT.
    case unsupportedVersion(Digest, version: UInt8)
    /// The disk or the quota is full; nothing of the upload is left.
    case noRoom
    /// The sequence given to `put` failed; nothing of the upload is left.
    case sourceFailed(any Error)
    /// The store serves as many uploads as it may; nothing was read.
    case tooManyUploads(limit: Int)
    /// There is no memory for a compressor; nothing was read.
    case outOfMemory
    /// No file can be opened for now; for a `put`, nothing of the upload is left.
    case outOfDescriptors
    /// The operating system refused; for a `put`, nothing of the upload is left.
    case fileSystem(FileSystemError)
    /// A directory could not be synced earlier, so nothing new may be acknowledged until the process starts again.
    case needsRestart

    package var description: String {
        switch self {
        case .notFound(let digest):
            "There is no blob \(digest). Check the digest; it may have been deleted."
        case .damaged(let digest, let damage):
            "The blob \(digest) is damaged: \(damage). Upload it again, or restore it from a backup."
        case .unsupportedVersion(let digest, let version):
            "The blob \(digest) has pack version \(version), which this release of PIVOT cannot read. Use a newer release."
        case .noRoom:
            "The disk of the blob store is full. Free some space or delete checkpoints, then upload again."
        case .sourceFailed(let error):
            "The upload was interrupted: \(error). Send it again."
        case .tooManyUploads(let limit):
            "The store is serving \(limit) uploads already. Try again later."
        case .outOfMemory:
            "There is not enough memory to compress the upload. Free some memory, or upload less at once."
        case .outOfDescriptors:
            "The server has too many files open. Try again in a moment, or raise its limit of open files."
        case .fileSystem(let error):
            error.description
        case .needsRestart:
            "The disk of the blob store failed to sync. Check the disk, then restart the server."
        }
    }
}

extension BlobError: Equatable {
    package static func == (left: BlobError, right: BlobError) -> Bool {
        switch (left, right) {
        case (.notFound(let a), .notFound(let b)): a == b
        case (.damaged(let a, let first), .damaged(let b, let second)): a == b && first == second
        case (.unsupportedVersion(let a, let first), .unsupportedVersion(let b, let second)): a == b && first == second
        case (.noRoom, .noRoom), (.sourceFailed, .sourceFailed), (.needsRestart, .needsRestart),
            (.outOfMemory, .outOfMemory), (.outOfDescriptors, .outOfDescriptors):
            true
        case (.tooManyUploads(let a), .tooManyUploads(let b)): a == b
        case (.fileSystem(let a), .fileSystem(let b)): a == b
        default: false
        }
    }
}

extension BlobError {
    /// The store's word for what the file system said: what passes is a case of its own.
    package init(_ error: FileSystemError) {
        self = error.isNoRoom ? .noRoom : error.isOutOfDescriptors ? .outOfDescriptors : .fileSystem(error)
    }
}
