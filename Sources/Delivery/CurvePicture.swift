package import Application
package import Compression
import Foundation

/// Curves as a small picture, with the words that belong to it: a picture has no letters, so that a mail says beside it what is
/// drawn.
package struct CurvePicture {
    /// A PNG file.
    package let file: [UInt8]
    /// What the colours and the edges stand for, in HTML.
    package let caption: String

    private static let (width, height) = (560, 240)
    private static let (white, grey, frame): (UInt8, UInt8, UInt8) = (0, 1, 2)
    /// Of the first three curves, in the order of their names; they differ in brightness too.
    private static let colours = ["#1f5fbf", "#d9772b", "#5a9e4b"]
    private static let palette: [(UInt8, UInt8, UInt8)] =
        [(255, 255, 255), (232, 232, 232), (150, 150, 150)] + [(31, 95, 191), (217, 119, 43), (90, 158, 75)]

    /// Nil when there is nothing to draw: no curve has two finite values. At most three curves are drawn.
    package init?(_ curves: [WebhookMail.Curve]) throws(ZlibError) {
        let drawn = curves.prefix(Self.colours.count).map { curve in
            (name: curve.name, points: curve.points.filter(\.value.isFinite))
        }.filter { $0.points.count > 1 }
        let values = drawn.flatMap { $0.points.map(\.value) }
        let places = drawn.flatMap { $0.points.map(\.place) }
        guard let low = values.min(), let high = values.max(), let first = places.min(), let last = places.max() else {
            return nil
        }
        var image = IndexedImage(
            height: Self.height, width: Self.width, background: Self.white, colours: Self.palette)
        for quarter in 1..<4 {
            for column in 0..<Self.width { image[quarter * Self.height / 4, column] = Self.grey }
        }
        for column in 0..<Self.width {
            image[0, column] = Self.frame
            image[Self.height - 1, column] = Self.frame
        }
        for row in 0..<Self.height {
            image[row, 0] = Self.frame
            image[row, Self.width - 1] = Self.frame
        }
        for (index, curve) in drawn.enumerated() {
            // Halves, since a sum or difference of finite values may be infinite.
            let span = high / 2 - low / 2
            let pixels = curve.points.map { place, value in
                let x = last > first ? (Double(place) - Double(first)) / (Double(last) - Double(first)) : 0.5
                let y = span > 0 ? (value / 2 - low / 2) / span : 0.5
                return (
                    column: 4 + Int((x * Double(Self.width - 9)).rounded()),
                    row: Self.height - 5 - Int((y * Double(Self.height - 9)).rounded())
                )
            }
            for (from, to) in zip(pixels, pixels.dropFirst()) {
                image.draw(from, to, colour: UInt8(3 + index))
            }
        }
        file = try image.encoded()
        let names = drawn.enumerated().map { index, curve in
            "<span style=\"color:\(Self.colours[index])\">&#9632;</span> \(curve.name.htmlText)"
        }
        caption =
            names.joined(separator: " &nbsp; ")
            + "<br>from left to right \(first) to \(last), from bottom to top \(Self.text(low)) to \(Self.text(high))"
    }

    private static func text(_ value: Double) -> String { String(format: "%.4g", value) }
}

extension IndexedImage {
    /// A line two pixels thick.
    fileprivate mutating func draw(
        _ from: (column: Int, row: Int), _ to: (column: Int, row: Int), colour: UInt8
    ) {
        let count = max(abs(to.column - from.column), abs(to.row - from.row), 1)
        for step in 0...count {
            let column = from.column + (to.column - from.column) * step / count
            let row = from.row + (to.row - from.row) * step / count
            for (x, y) in [(column, row), (column + 1, row), (column, row + 1), (column + 1, row + 1)]
            where (0..<width).contains(x) && (0..<height).contains(y) {
                self[y, x] = colour
            }
        }
    }
}
