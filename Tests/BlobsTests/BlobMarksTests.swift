import Blobs
import TestSupport
import Testing
import Tracking

@Suite("The marks of a sweep")
struct BlobMarksTests {
    private static func digest(_ number: Int) -> Digest { Digest(hashing: Array("\(number)".utf8)) }

    @Test("what was marked is never forgotten, however full the marks are", arguments: [8, 1024, 16 << 20])
    func neverForgets(byteCount: Int) {
        var marks = BlobMarks(beginning: Timestamp(rawValue: 1), byteCount: byteCount)
        for number in 0..<20_000 { marks.insert(Self.digest(number)) }
        #expect((0..<20_000).allSatisfy { marks.contains(Self.digest($0)) })
    }

    @Test("few others are taken for marked: 1 in 250 at 13 bits a digest")
    func fewMistakes() {
        var marks = BlobMarks(beginning: Timestamp(rawValue: 1), byteCount: 1 << 15)
        for number in 0..<20_000 { marks.insert(Self.digest(number)) }
        let mistakes = (20_000..<120_000).count { marks.contains(Self.digest($0)) }
        #expect(mistakes < 600)
        #expect((0..<1000).allSatisfy { !BlobMarks(beginning: Timestamp(rawValue: 1)).contains(Self.digest($0)) })
    }

    @Test("a mistake of one sweep is not one of the next")
    func otherMistakes() {
        func mistakes(_ beginning: Int64) -> Set<Int> {
            var marks = BlobMarks(beginning: Timestamp(rawValue: beginning), byteCount: 1 << 13)
            for number in 0..<20_000 { marks.insert(Self.digest(number)) }
            return Set((20_000..<30_000).filter { marks.contains(Self.digest($0)) })
        }
        let (first, second) = (mistakes(1), mistakes(3_600_000_001))
        #expect(!first.isEmpty && !second.isEmpty)
        // As many as two independent choices have in common, not more.
        let expected = Double(first.count * second.count) / 10_000
        #expect(Double(first.intersection(second).count) < 1.2 * expected + 50)
    }
}
