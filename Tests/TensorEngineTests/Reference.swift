import Foundation
import TensorEngine
import Testing

/// Reference values computed by PyTorch with tools/fixtures/tensor-engine.py.
enum Reference {
    /// A tensor in short: sums, and every 97th value.
    struct Sample: Decodable, Sendable {
        let count: Int
        let sum: Double
        let squares: Double
        let values: [Double]

        /// Records an issue unless `values` agree within `tolerance` of the largest sampled magnitude.
        func expect(
            _ values: [Float], tolerance: Double, _ what: String, at location: SourceLocation = #_sourceLocation
        ) {
            guard values.count == count else {
                Issue.record("\(what): \(values.count) values for \(count)", sourceLocation: location)
                return
            }
            let picked = stride(from: 0, to: count, by: 97).map { Double(values[$0]) }
            let scale = max((squares / Double(count)).squareRoot(), 1e-12)
            let difference = zip(picked, self.values).map { abs($0 - $1) }.max() ?? 0
            #expect(difference <= tolerance * scale, "\(what): a value differs", sourceLocation: location)
            let root = Double(count).squareRoot()
            let total = values.reduce(0) { $0 + Double($1) }
            #expect(abs(total - sum) <= tolerance * scale * root, "\(what): the sum differs", sourceLocation: location)
            let power = values.reduce(0) { $0 + Double($1) * Double($1) }
            #expect(
                abs(power - squares) <= tolerance * squares * 2 + 1e-20, "\(what): the squares differ",
                sourceLocation: location)
        }
    }

    /// The cases of one fixture file.
    static func load<Case: Decodable>(_ name: String, as type: Case.Type = Case.self) throws -> [Case] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
        return try JSONDecoder().decode([Case].self, from: data)
    }

    /// Numbers in -scale/2 ... scale/2, the same as the script's `pattern`.
    static func pattern(_ count: Int, salt: Int, scale: Float = 1) -> [Float] {
        (1...count).map { index in
            var hash = (UInt64(index) + UInt64(salt) * 1_000_003) &* 2_654_435_761 & 0xFFFF_FFFF
            hash ^= hash >> 15
            hash = hash &* 2_246_822_519 & 0xFFFF_FFFF
            return (Float(hash >> 8) * 0x1p-24 - 0.5) * scale
        }
    }
}
