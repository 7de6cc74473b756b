import Transparency

/// The work that the writer of the log does for the tree over it: hashing the header of each record and taking it up.
struct TreeLoad {
    /// The bytes of a header: those of a record that a trainer's report makes.
    private static let headerByteCount = 192

    /// The number of records.
    var records: Int

    /// The seconds that a record takes, on one core.
    func run() -> Double {
        var frontier = Frontier()
        var header = [UInt8](repeating: 7, count: Self.headerByteCount)
        let began = ContinuousClock.now
        for number in 0..<records {
            header.withUnsafeMutableBytes { $0.storeBytes(of: UInt64(number), as: UInt64.self) }
            frontier.append(.leaf(header))
        }
        let seconds = (ContinuousClock.now - began).seconds
        precondition(frontier.size == UInt64(records), "every record is taken up")
        return seconds / Double(records)
    }
}
