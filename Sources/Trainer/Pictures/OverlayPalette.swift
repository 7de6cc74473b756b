/// The colours of an overlay: shades of grey, the same tinted for each label, and an outline for each.
struct OverlayPalette {
    /// Distinct for people with any colour vision, on grey and beside each other (after Okabe and Ito, 2008).
    private static let labelColours: [(UInt8, UInt8, UInt8)] = [
        (255, 170, 40), (70, 190, 255), (0, 200, 140), (255, 110, 180), (240, 228, 66), (150, 120, 255), (255, 100, 60),
    ]
    /// The share of a label's colour in its tint.
    private static let tint = 0.4

    private let shadeCount: Int
    private let labelCount: Int
    /// At most 256.
    let colours: [(UInt8, UInt8, UInt8)]

    /// A palette of `shadeCount` greys for `labelCount` labels with the background.
    init(shadeCount: Int, labelCount: Int) {
        self.shadeCount = max(shadeCount, 2)
        self.labelCount = labelCount
        var colours: [(UInt8, UInt8, UInt8)] = []
        for label in 0..<labelCount {
            for shade in 0..<self.shadeCount {
                let grey = Double(shade) / Double(self.shadeCount - 1) * 255
                let colour = Self.colour(of: label)
                func mix(_ part: UInt8) -> UInt8 {
                    label == 0 ? UInt8(grey) : UInt8((1 - Self.tint) * grey + Self.tint * Double(part))
                }
                colours.append((mix(colour.0), mix(colour.1), mix(colour.2)))
            }
        }
        for label in 0..<labelCount { colours.append(Self.colour(of: label)) }
        colours[self.shadeCount * labelCount] = (24, 26, 32)
        self.colours = colours
    }

    /// The index of what lies between the panels.
    var gap: UInt8 { UInt8(shadeCount * labelCount) }

    func outline(of label: UInt8) -> UInt8 { UInt8(shadeCount * labelCount + Int(label)) }

    /// The index of an intensity from 0 to 1 under a label.
    func shade(_ intensity: Float, label: UInt8) -> UInt8 {
        let shade = Int((min(max(intensity, 0), 1) * Float(shadeCount - 1)).rounded())
        return UInt8(Int(label) * shadeCount + shade)
    }

    private static func colour(of label: Int) -> (UInt8, UInt8, UInt8) {
        labelColours[(max(label, 1) - 1) % labelColours.count]
    }
}
