/// The version of this release.
package enum PIVOTVersion {
    /// As `pivot version` and `/health` tell it.
    package static let current = "0.1.0"
}
