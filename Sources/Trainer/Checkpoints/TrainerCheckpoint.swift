import Safetensors
package import TensorEngine

/// A trainer's state as a safetensors file, which `safetensors.torch.load_file` opens.
///
/// The arrays are the tensors; progress, model and any further text are the metadata, numbers as decimal text that reads
/// back to the same bits. The file is a pure function of the checkpoint.
package struct TrainerCheckpoint: Equatable, Sendable {
    /// The format's name in the metadata, under `format`. It changes when the meaning of a key does.
    package static let format = "pivot-1"

    /// Weights, statistics, moments and pending gradients.
    package var arrays: [NamedArray]
    /// The point that the training has come to.
    package var progress: TrainerProgress
    /// Further facts to be remembered, such as the architecture; keys must not begin with `progress.` or be `format`.
    package var description: [String: String]

    package init(arrays: [NamedArray], progress: TrainerProgress, description: [String: String] = [:]) {
        self.arrays = arrays
        self.progress = progress
        self.description = description
    }

    /// A checkpoint of an engine's state; passes and updates are taken from it.
    package init(_ state: TrainingState, progress: TrainerProgress, description: [String: String] = [:]) {
        var progress = progress
        progress.passCount = state.passCount
        progress.pendingPassCount = state.pendingPassCount
        progress.updateCount = state.updateCount
        self.init(arrays: state.arrays, progress: progress, description: description)
    }

    /// The engine's state, to be given to `restore`.
    package var trainingState: TrainingState {
        TrainingState(
            arrays: arrays, passCount: progress.passCount, pendingPassCount: progress.pendingPassCount,
            updateCount: progress.updateCount)
    }

    /// The file's bytes.
    package func encoded() -> [UInt8] {
        var metadata = description
        metadata["format"] = Self.format
        for (key, value) in progress.texts {
            precondition(description["progress.\(key)"] == nil, "progress.\(key) is the progress's own")
            metadata["progress.\(key)"] = value
        }
        return ArrayFile.encode(arrays, metadata: metadata)
    }

    /// Reads a file; every value of the progress must be there and make sense.
    package init(decoding file: [UInt8]) throws(TrainerCheckpointError) {
        let arrays: [NamedArray]
        var metadata: [String: String]
        do throws(SafetensorsError) {
            (arrays, metadata) = try ArrayFile.decode(file)
        } catch {
            throw .unreadable(error)
        }
        let format = metadata.removeValue(forKey: "format")
        guard format == Self.format else { throw .unknownFormat(found: format) }
        let prefix = "progress."
        var texts: [String: String] = [:]
        for (key, value) in metadata where key.hasPrefix(prefix) {
            texts[String(key.dropFirst(prefix.count))] = value
            metadata[key] = nil
        }
        progress = try TrainerProgress(texts: texts)
        self.arrays = arrays
        description = metadata
    }
}
