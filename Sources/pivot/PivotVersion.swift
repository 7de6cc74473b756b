/// The version of this program.
enum PivotVersion {
    static let text = "1.0.0"
}
