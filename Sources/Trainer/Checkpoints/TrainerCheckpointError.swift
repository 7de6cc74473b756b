package import Safetensors

/// The reason that a file is no checkpoint that training can go on from.
package enum TrainerCheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no sound safetensors file of float32 arrays.
    case unreadable(SafetensorsError)
    /// The file was not written by a trainer of this kind, or by a newer one.
    case unknownFormat(found: String?)
    /// A value of the progress is missing or is not what it must be.
    case invalidProgress(key: String, found: String?)

    package var description: String {
        switch self {
        case .unreadable(let error): "the checkpoint cannot be read: \(error)"
        case .unknownFormat(let found):
            "the file is not a checkpoint this trainer can continue from: its format is \(found ?? "not given"), "
                + "but \(TrainerCheckpoint.format) is needed"
        case .invalidProgress(let key, let found):
            "the checkpoint's \(key) is \(found.map { "\"\($0)\"" } ?? "missing"); the file was damaged or changed"
        }
    }
}
