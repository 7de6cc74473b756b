/// A fault that is put between the parts of a simulated server, to see that the simulation finds it.
enum PlantedBug: String, CaseIterable, Sendable {
    /// The disk forgets the last appends that it reported as synced when the server is killed.
    case forgottenAppends = "forgotten-appends"
    /// An append is written a second time under another command now and then.
    case repeatedAppend = "repeated-append"
    /// A sweep deletes blobs that the log names.
    case sweptBlob = "swept-blob"
    /// The report of an attempt that was declared lost is recorded all the same.
    case fencedReport = "fenced-report"
    /// A delivery is taken for made and was not.
    case skippedDelivery = "skipped-delivery"
    /// An attempt is declared lost though it renews its lease.
    case livingLost = "living-lost"
}
