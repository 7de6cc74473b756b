/// The variations of patches (`train.augment`).
package struct AugmentationSettings: Equatable, Sendable {
    /// True when patches are mirrored along their axes, and height and width exchanged where they are equal.
    package let flips: Bool
    /// The largest angle a patch is turned by about each axis; 0: none is turned.
    package let rotationDegrees: Double

    /// Settings given directly.
    package init(flips: Bool = true, rotationDegrees: Double = 0) {
        self.flips = flips
        self.rotationDegrees = rotationDegrees
    }

    init(_ section: ResolvedSection) {
        self.init(flips: section.bool("flip"), rotationDegrees: section.number("rotate_degrees"))
    }
}
