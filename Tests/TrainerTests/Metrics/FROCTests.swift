import Foundation
import JSON
import Scans
import Testing
import Trainer
import TrainingConfiguration

@Suite("FROC")
struct FROCTests {
    private static let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "Fixtures/froc.json")

    @Test("candidates and scores are those of the reference implementation", arguments: 0..<4)
    func reference(index: Int) throws {
        let document = try JSONValue.parse(Array(Data(contentsOf: Self.fixture)))
        let reference = try #require(document["cases"]?.arrayValue?[index])
        let size = try VolumeSize(
            depth: #require(integers(reference["size"]))[0], height: #require(integers(reference["size"]))[1],
            width: #require(integers(reference["size"]))[2])
        let finder = try CandidateFinder(
            leastScore: Float(#require(reference["least_score"]?.doubleValue)),
            suppressionRadius: #require(reference["suppression_radius"]?.doubleValue),
            maximumCount: Int(#require(reference["maximum_count"]?.integerValue)))
        var scans: [(candidates: [Candidate], nodules: [Nodule])] = []
        for scan in try #require(reference["scans"]?.arrayValue) {
            let levels = try #require(integers(scan["hundredths"]))
            let candidates = finder.candidates(in: Volume(size: size, values: levels.map { Float($0) / 100 }))
            let expected = try #require(scan["candidates"]?.arrayValue).map { integers($0) ?? [] }
            #expect(candidates.map { [$0.depth, $0.height, $0.width] } == expected)
            let nodules = try #require(scan["nodules"]?.arrayValue).map { nodule in
                let values = nodule.arrayValue?.compactMap(\.doubleValue) ?? []
                return Nodule(depth: values[0], height: values[1], width: values[2], radius: values[3])
            }
            // The order in which a scan's candidates come must not matter.
            scans.append((candidates.reversed(), nodules))
        }
        let froc = FROC(scans)
        let sensitivities = reference["sensitivities"]?.arrayValue?.compactMap(\.doubleValue)
        #expect(FROC.rates.map { froc.sensitivity(at: $0) } == sensitivities)
        #expect(abs((froc.score ?? -1) - (reference["score"]?.doubleValue ?? -2)) < 1e-12)
    }

    private func integers(_ value: JSONValue?) -> [Int]? {
        value?.arrayValue?.compactMap { $0.integerValue.map { Int($0) } }
    }

    private let nodule = Nodule(depth: 5, height: 5, width: 5, radius: 2)
    private func candidate(_ depth: Int, _ height: Int, _ width: Int, _ score: Float) -> Candidate {
        Candidate(depth: depth, height: height, width: width, score: score)
    }

    @Test("a candidate at the radius hits, one beyond it does not")
    func radius() {
        #expect(FROC([([candidate(5, 5, 7, 0.9)], [nodule])]).score == 1)
        #expect(FROC([([candidate(5, 5, 8, 0.9)], [nodule])]).score == 0)
        #expect(FROC([([candidate(6, 6, 7, 0.9)], [nodule])]).score == 0)
    }

    @Test("a nodule counts once, and further candidates in it are no false positives")
    func once() {
        let froc = FROC([([candidate(5, 5, 5, 0.9), candidate(5, 5, 6, 0.8), candidate(5, 4, 5, 0.7)], [nodule])])
        #expect(froc.points.count == 1)
        #expect(froc.points[0].score == 0.9)
        #expect(froc.points[0].sensitivity == 1)
        #expect(froc.points[0].falsePositivesPerScan == 0)
    }

    @Test("scans without nodules count for false positives and for the number of scans")
    func emptyScans() {
        let hit: (candidates: [Candidate], nodules: [Nodule]) = ([candidate(5, 5, 5, 0.5)], [nodule])
        let alarm: (candidates: [Candidate], nodules: [Nodule]) = ([candidate(0, 0, 0, 0.9)], [])
        // One alarm above the hit: in two scans it costs the rates below 1/2, in eight only those below 1/8.
        #expect(FROC([hit, alarm]).score == 5.0 / 7)
        #expect(FROC([hit, alarm] + Array(repeating: ([], []), count: 6)).score == 1)
    }

    @Test("candidates of one score are one operating point")
    func ties() {
        let froc = FROC([([candidate(5, 5, 5, 0.5), candidate(0, 0, 0, 0.5)], [nodule])])
        #expect(froc.points.count == 1)
        #expect(froc.points[0].sensitivity == 1)
        #expect(froc.points[0].falsePositivesPerScan == 1)
        #expect(froc.sensitivity(at: 0.5) == 0)
        #expect(froc.sensitivity(at: 1) == 1)
    }

    @Test("without nodules there is no score, without candidates it is 0")
    func nothing() {
        #expect(FROC([([candidate(0, 0, 0, 1)], [])]).score == nil)
        #expect(FROC([]).score == nil)
        #expect(FROC([([], [nodule])]).score == 0)
    }

    @Test("the targets themselves score 1")
    func perfect() {
        let phantoms = PhantomVolumes(
            PhantomSettings(
                size: VolumeSize(depth: 48, height: 48, width: 48), trainScanCount: 1, validationScanCount: 8,
                nodulesPerScan: 4...6, diameter: 4...9, seed: 3), window: IntensityWindow(center: -600, width: 1500))
        let scans = (0..<8).map { index in
            let scan = phantoms.scan(.validation, index)
            return (candidates: CandidateFinder().candidates(in: scan.target), nodules: scan.nodules)
        }
        #expect(FROC(scans).score == 1)
    }

    @Test("a plateau has one candidate, suppression leaves the highest, and NaN is none")
    func candidates() {
        var heatmap = Volume(size: VolumeSize(depth: 6, height: 6, width: 12))
        heatmap[2, 2, 2] = 0.5
        heatmap[2, 2, 3] = 0.5
        heatmap[2, 2, 6] = 0.7
        heatmap[0, 0, 11] = .nan
        heatmap[5, 5, 11] = 0.04
        #expect(
            CandidateFinder(suppressionRadius: 1).candidates(in: heatmap) == [
                candidate(2, 2, 6, 0.7), candidate(2, 2, 2, 0.5),
            ])
        #expect(CandidateFinder(suppressionRadius: 4).candidates(in: heatmap) == [candidate(2, 2, 6, 0.7)])
        #expect(CandidateFinder(suppressionRadius: 1, maximumCount: 1).candidates(in: heatmap).count == 1)
        #expect(CandidateFinder(leastScore: 0.01).candidates(in: heatmap).count == 2)
    }
}
