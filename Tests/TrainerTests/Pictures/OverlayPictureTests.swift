import Compression
import Foundation
import Scans
import Testing
import Trainer
import TrainingConfiguration

@Suite("Pictures of a validation scan")
struct OverlayPictureTests {
    private func slice(_ height: Int, _ width: Int, labels: Int = 3, noise: Bool = false) -> OverlaySlice {
        var state: UInt32 = 7
        func random() -> UInt32 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return state >> 16
        }
        let count = height * width
        let truth = (0..<count).map { UInt8($0 / width * labels / height) }
        return OverlaySlice(
            height: height, width: width,
            intensities: (0..<count).map { noise ? Float(random() % 1000) / 999 : Float($0 % width) / Float(width) },
            truth: truth, prediction: noise ? truth.map { _ in UInt8(random() % UInt32(labels)) } : truth)
    }

    /// The chunks of a PNG file by type; checks their lengths and checksums.
    private func chunks(_ file: [UInt8]) throws -> [String: [UInt8]] {
        #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        func number(_ start: Int) -> UInt32 { file[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        var chunks: [String: [UInt8]] = [:]
        var position = 8
        while position < file.count {
            let end = position + 8 + Int(number(position))
            let body = Array(file[position + 4..<end])
            #expect(Zlib.crc32(body) == number(end))
            chunks[String(decoding: body.prefix(4), as: UTF8.self)] = Array(body.dropFirst(4))
            position = end + 4
        }
        return chunks
    }

    @Test(
        "three panels side by side, enlarged to a size to look at",
        arguments: [(20, 30), (197, 233), (48, 48), (700, 900)])
    func panels(height: Int, width: Int) throws {
        let file = try OverlayPicture.png(of: slice(height, width))
        let chunks = try chunks(file)
        let header = try #require(chunks["IHDR"])
        let sides = [0, 4].map { header[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(header[8...] == [8, 3, 0, 0, 0])
        let panel = (sides[0] - 12) / 3
        #expect(panel >= 256 && panel <= 512 && sides[1] >= 256 && sides[1] <= 512)
        let rows = try Zlib.decompress(try #require(chunks["IDAT"]), .zlib, maximumByteCount: 10_000_000)
        #expect(rows.count == sides[1] * (sides[0] + 1))
        let palette = try #require(chunks["PLTE"])
        // The middle of the first panel is grey, that of the others is tinted with the second label's colour.
        func colour(_ panelIndex: Int) -> [UInt8] {
            let column = panelIndex * (panel + 6) + panel / 2
            let index = Int(rows[(sides[1] / 2 + 3) * (sides[0] + 1) + 1 + column])
            return Array(palette[3 * index..<3 * index + 3])
        }
        #expect(Set(colour(0)).count == 1)
        #expect(Set(colour(1)).count > 1 && colour(1) == colour(2))
    }

    @Test("a picture is bounded in bytes, even of noise")
    func bounded() throws {
        #expect(try OverlayPicture.png(of: slice(512, 512, labels: 16, noise: true)).count <= 200_000)
        #expect(try OverlayPicture.png(of: slice(233, 197, labels: 3)).count < 100_000)
    }

    @Test("the slice is the one that shows most, with what is above on top")
    func chosen() {
        let size = VolumeSize(depth: 5, height: 4, width: 3)
        var target = Volume(size: size)
        target[1, 0, 0] = 1
        for row in 0..<3 { target[3, row, 1] = 2 }
        var volume = Volume(size: size)
        volume[3, 0, 0] = 0.5
        func slice(_ isUpsideDown: Bool) -> OverlaySlice {
            let scan = Scan(
                name: "a", volume: volume, nodules: [], target: target, anchors: [[1]], isUpsideDown: isUpsideDown)
            return OverlaySlice(scan) { $0 / 12 == 3 ? 7 : 0 }
        }
        #expect(slice(false).truth == [0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 0, 0])
        #expect(slice(false).prediction.allSatisfy { $0 == 7 })
        #expect(slice(false).intensities[0] == 0.5 && slice(true).intensities[9] == 0.5)
        #expect(slice(true).truth == [0, 0, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0])
        let nodules = [
            Nodule(depth: 1, height: 1, width: 1, radius: 1), Nodule(depth: 4.4, height: 1, width: 1, radius: 2),
        ]
        let found = Scan(name: "b", volume: volume, nodules: nodules, target: target)
        #expect(OverlaySlice(found) { _ in 0 }.truth.allSatisfy { $0 == 0 })
    }
}
