/// The parts of a data set.
package enum ScanSplit: String, CaseIterable, Sendable {
    case training, validation
}
