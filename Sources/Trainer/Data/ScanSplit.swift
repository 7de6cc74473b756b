/// The parts of a data set.
package enum ScanSplit: String, CaseIterable, Sendable {
    case training, validation

    /// Keeps the streams of random numbers of the parts apart.
    var streamNumber: UInt64 { self == .training ? 0 : 1 }
}
