/// Where the disk goes, and what deleting or pruning would free.
package struct StorageInfo: Document, Equatable {
    package static let name = "Storage"

    /// The position of the log that the files are those of.
    package var position: UInt64 = 0
    /// The parts of the data directory, by name.
    package var folders: [Folder] = []
    package var fileCount = 0
    /// What is in the files, uncompressed.
    package var byteCount: Int64 = 0
    /// What the files take on the disk together.
    package var storedByteCount: Int64 = 0
    /// The bytes of these that no file needs any more.
    package var unusedByteCount: Int64 = 0
    /// The bytes that deleting all checkpoints but the best, the last and those of stops frees.
    package var freedByPruning: Int64 = 0
    /// The files that are missing or cannot be read.
    package var unreadableCount = 0
    package var kinds: [Share] = []
    package var experiments: [Share] = []
    /// The sessions that have files, those that hold most alone first; a page of them.
    package var sessions: [Share] = []
    /// The number of sessions that have files.
    package var sessionCount = 0
    /// The files of the session that was asked about.
    package var files: [File]?

    package init() {}

    package static let fields: [Field<StorageInfo>] = [
        Field("position", \.position), Field("file_count", \.fileCount), Field("size_bytes", \.byteCount),
        Field("stored_size_bytes", \.storedByteCount), Field("unused_size_bytes", \.unusedByteCount),
        Field("freed_by_pruning_bytes", \.freedByPruning), Field("unreadable_count", \.unreadableCount),
        Field("folders", \.folders), Field("kinds", \.kinds), Field("experiments", \.experiments),
        Field("sessions", \.sessions), Field("total", \.sessionCount), Field("files", \.files),
    ]

    /// A part of the data directory.
    package struct Folder: Document, Equatable {
        package static let name = "StorageFolder"

        package var name = ""
        package var byteCount: Int64 = 0

        package init() {}

        package static let fields: [Field<Folder>] = [Field("name", \.name), Field("size_bytes", \.byteCount)]
    }

    /// What the files of a kind, an experiment or a session take.
    package struct Share: Document, Equatable {
        package static let name = "StorageShare"

        /// The kind, experiment or session; nil for the sessions without an experiment.
        package var name: String?
        package var fileCount = 0
        package var byteCount: Int64 = 0
        package var freedByDeleting: Int64 = 0
        package var freedByPruning: Int64 = 0

        package init() {}

        package static let fields: [Field<Share>] = [
            Field("name", \.name), Field("file_count", \.fileCount), Field("size_bytes", \.byteCount),
            Field("freed_by_deleting_bytes", \.freedByDeleting), Field("freed_by_pruning_bytes", \.freedByPruning),
        ]
    }

    /// A checkpoint or a version of an artifact.
    package struct File: Document, Equatable {
        package static let name = "StorageFile"

        package var kind = ""
        /// Nil for artifacts.
        package var checkpointID: String?
        /// Nil for checkpoints.
        package var path: String?
        package var version: Int?
        package var byteCount: Int64 = 0
        package var freedByDeleting: Int64 = 0
        package var isPrunable = false

        package init() {}

        package static let fields: [Field<File>] = [
            Field("kind", \.kind), Field("checkpoint_id", \.checkpointID), Field("path", \.path),
            Field("version", \.version), Field("size_bytes", \.byteCount),
            Field("freed_by_deleting_bytes", \.freedByDeleting), Field("prunable", \.isPrunable),
        ]
    }
}
