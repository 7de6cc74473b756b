/// The data that are trained on (`data`).
package enum DataSource: Equatable, Sendable {
    /// Volumes made from a seed.
    case phantom(PhantomSettings)
    /// Scans on disk.
    case folder(FolderSettings)

    /// The task on these data: nodules are found or outlined.
    package var task: DataTask {
        switch self {
        case .phantom(let settings): settings.task
        case .folder(let settings): settings.task
        }
    }

    init(_ section: ResolvedSection) {
        if section.string("type") == "folder" {
            self = .folder(FolderSettings(section))
        } else {
            self = .phantom(PhantomSettings(section))
        }
    }
}
