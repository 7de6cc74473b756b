import Foundation
import TensorEngine
import Testing

@Suite("The counter-based generator")
struct PhiloxTests {
    /// The known answers of Random123's kat_vectors for philox4x32 with 10 rounds.
    static let knownAnswers: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, result: SIMD4<UInt32>)] = [
        (
            SIMD4(0, 0, 0, 0), SIMD2(0, 0),
            SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
        ),
        (
            SIMD4(repeating: .max), SIMD2(repeating: .max),
            SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
        ),
        (
            SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), SIMD2(0xA409_3822, 0x299F_31D0),
            SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
        ),
    ]

    @Test("The block function gives the published known answers", arguments: 0..<3)
    func knownAnswers(index: Int) {
        let answer = Self.knownAnswers[index]
        #expect(Philox.block(counter: answer.counter, key: answer.key) == answer.result)
    }

    @Test("A stream is a function of seed, purpose and step alone")
    func streams() {
        func words(_ seed: UInt64, _ purpose: Philox.Purpose, _ step: UInt64) -> [UInt32] {
            var stream = Philox(seed: seed, purpose: purpose, step: step)
            return (0..<9).map { _ in stream.next() }
        }
        let base = words(7, .dataOrder, 3)
        #expect(words(7, .dataOrder, 3) == base)
        #expect(Set(words(8, .dataOrder, 3)).isDisjoint(with: base))
        #expect(Set(words(7, .phantom, 3)).isDisjoint(with: base))
        #expect(Set(words(7, .dataOrder, 4)).isDisjoint(with: base))
        #expect(Set(words(7, .dataOrder, 3 << 32)).isDisjoint(with: base))
    }

    @Test("Normal numbers have mean 0, variance 1 and the right tails", arguments: [1, 2, 3] as [UInt64])
    func normal(seed: UInt64) {
        var stream = Philox(seed: seed, purpose: .phantom)
        let numbers = (0..<100_000).map { _ in stream.normal() }
        let mean = numbers.reduce(0, +) / 100_000
        let variance = numbers.reduce(0) { $0 + $1 * $1 } / 100_000
        #expect(abs(mean) < 0.015)
        #expect(abs(variance - 1) < 0.025)
        let beyondTwo = Double(numbers.count { abs($0) > 2 }) / 100_000
        #expect(abs(beyondTwo - 0.0455) < 0.004)
        #expect(numbers.allSatisfy { $0.isFinite })
    }

    /// The quantiles Python's statistics.NormalDist gives for the words of the stream.
    static let quantiles: [Double] = [
        -0.5527217351509214, -0.528549550910084, 0.6578030719770419, -0.757085841902268,
        0.5095646515322126, -0.757285601948245, 0.656191545732677, 1.2305533805077378,
        -0.34777523921116726, -0.6479933613240525, 0.6205271280630654, -0.34412202863677455,
        -1.41972559123123, -0.003694199183510102, -1.3084548204896038, 1.053349728061012,
    ]

    @Test("Normal numbers are the quantiles of the stream's words")
    func quantiles() {
        var stream = Philox(seed: 42, purpose: .phantom, step: 5)
        for expected in Self.quantiles {
            #expect(abs(stream.normal() - expected) <= 1e-14 * max(1, abs(expected)))
        }
    }

    @Test("Whole numbers below a bound are equally likely", arguments: [1, 2, 7, 1000])
    func integers(bound: Int) {
        var stream = Philox(seed: 11, purpose: .patchSampling)
        var counts = [Int](repeating: 0, count: bound)
        let draws = 1000 * bound
        for _ in 0..<draws { counts[stream.integer(below: bound)] += 1 }
        let squares = counts.reduce(0.0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 1000 }
        // Chi squared with bound - 1 degrees of freedom: mean bound - 1, variance 2 (bound - 1).
        #expect(squares <= Double(bound - 1) + 5 * (2 * Double(bound)).squareRoot())
    }

    @Test("A permutation holds every number once", arguments: [0, 1, 2, 17, 500])
    func permutation(count: Int) {
        var stream = Philox(seed: 5, purpose: .dataOrder, step: UInt64(count))
        let order = stream.permutation(of: count)
        #expect(order.sorted() == Array(0..<count))
        if count == 500 { #expect(order != order.sorted()) }
    }

    @Test("All orders of three are equally likely")
    func permutationOrders() {
        var counts: [[Int]: Int] = [:]
        for step in 0..<6000 {
            var stream = Philox(seed: 9, purpose: .dataOrder, step: UInt64(step))
            counts[stream.permutation(of: 3), default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }

    @Test("Uniform numbers stay below one and fill the unit interval")
    func uniform() {
        var stream = Philox(seed: 3, purpose: .augmentation)
        let numbers = (0..<10_000).map { _ in stream.uniform() }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let tenths = Set(numbers.map { Int($0 * 10) })
        #expect(tenths == Set(0..<10))
        let doubles = (0..<10_000).map { _ in stream.uniformDouble() }
        #expect(abs(doubles.reduce(0, +) / 10_000 - 0.5) < 0.02)
    }
}
