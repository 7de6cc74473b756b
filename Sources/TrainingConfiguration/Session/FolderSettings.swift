/// Scans on disk (`data`, type `folder`). Paths other than the folder's are relative to it.
package struct FolderSettings: Equatable, Sendable {
    package let task: DataTask
    /// The folder of the scans.
    package let directory: String
    /// The table of nodules (detection).
    package let annotations: String
    /// The folder of masks (segmentation).
    package let masks: String
    /// The folder of `train.txt` and `val.txt`.
    package let splits: String

    init(_ section: ResolvedSection) {
        task = section.choice("task")
        directory = section.string("directory")
        annotations = section.string("annotations")
        masks = section.string("masks")
        splits = section.string("splits")
    }
}
