import Scans
import Testing
import Trainer
import TrainingConfiguration

@Suite("Sliding windows")
struct SlidingWindowTests {
    @Test(
        "what the windows show, put together again, is the volume",
        arguments: [[8, 8, 8], [9, 13, 17], [16, 24, 20], [5, 8, 30]], [0.0, 0.25, 0.5, 0.9])
    func identity(sides: [Int], overlap: Double) {
        let size = VolumeSize(depth: sides[0], height: sides[1], width: sides[2])
        let volume = Volume(size: size, values: (0..<size.voxelCount).map { Float($0 % 251) })
        let window = SlidingWindow(
            covering: size, windowSize: VolumeSize(depth: 8, height: 8, width: 8), overlap: overlap)
        let result = window.predict(volume) { $0 }
        #expect(zip(result.values, volume.values).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(
            window.origins.allSatisfy { origin in
                zip(origin, sides).allSatisfy { $0 + 8 <= max($1, $0 + 8) && ($1 <= 8 || ($0 >= 0 && $0 + 8 <= $1)) }
            })
    }

    @Test("windows overlap by the share asked for and are no more than needed")
    func counts() {
        let cube = { VolumeSize(depth: $0, height: $0, width: $0) }
        #expect(SlidingWindow(covering: cube(48), windowSize: cube(32), overlap: 0.25).origins.count == 8)
        #expect(SlidingWindow(covering: cube(64), windowSize: cube(32), overlap: 0.25).origins.count == 27)
        #expect(SlidingWindow(covering: cube(64), windowSize: cube(32), overlap: 0).origins.count == 8)
        #expect(SlidingWindow(covering: cube(32), windowSize: cube(32), overlap: 0.5).origins == [[0, 0, 0]])
    }

    @Test("the middle of a window weighs more than its edge")
    func blending() {
        // Two windows over eight and twelve voxels: the first says 0, the second 1.
        let window = SlidingWindow(
            covering: VolumeSize(depth: 1, height: 1, width: 12), windowSize: VolumeSize(depth: 1, height: 1, width: 8),
            overlap: 0.5)
        #expect(window.origins == [[0, 0, 0], [0, 0, 4]])
        var call: Float = -1
        let result = window.predict(Volume(size: window.volumeSize)) { input in
            call += 1
            return input.map { _ in call }
        }
        #expect(result.values.prefix(4).allSatisfy { $0 == 0 } && result.values.suffix(4).allSatisfy { $0 == 1 })
        let middle = result.values[4..<8]
        #expect(zip(middle, middle.dropFirst()).allSatisfy { $0 < $1 })
        #expect(abs(middle[4] - 0.2) < 1e-6)
    }
}
