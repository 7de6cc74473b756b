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
    /// Share of the scans to validate on when there is no folder of splits.
    package let validationFraction: Double
    /// Names of the labels 0, 1, …; nil when they are called by their numbers.
    package let classNames: [String]?
    /// Memory for prepared scans.
    package let cacheByteCount: Int

    init(_ section: ResolvedSection) {
        task = section.choice("task")
        directory = section.string("directory")
        annotations = section.string("annotations")
        masks = section.string("masks")
        splits = section.string("splits")
        validationFraction = section.number("val_fraction")
        classNames = section.optionalStrings("classes")
        cacheByteCount = section.integer("cache_mb") << 20
    }
}
