import ArgumentParser
import Testing
import Tracking
import pivot

@Suite("Where a model in use comes from, as a tree")
struct LineagePresentationTests {
    @Test("what a step stands under, and whether more follows there, shows before it")
    func branches() {
        // An alias, its checkpoint, the session, what it was trained with, and the checkpoint that it continued.
        let levels = [0, 1, 2, 3, 3, 3, 4, 5, 6, 6]
        let lines = levels.indices.flatMap { index in
            let (first, second) = LineagePresentation.branches(levels, at: index)
            return [first + "s", second + "e"]
        }
        #expect(
            lines == [
                "s", "│  e",
                "└─ s", "   │  e",
                "   └─ s", "      │  e",
                "      ├─ s", "      │     e",
                "      ├─ s", "      │     e",
                "      └─ s", "         │  e",
                "         └─ s", "            │  e",
                "            └─ s", "               │  e",
                "               ├─ s", "               │     e",
                "               └─ s", "                     e",
            ])
    }

    @Test("a day means its last moment, and other moments what they say")
    func moments() {
        #expect(LogMoment(argument: "2026-05-03") == LogMoment("2026-05-03T23:59:59.999999Z"))
        #expect(LogMoment(argument: "2026-05-03T12:00:00+02:00") == LogMoment("2026-05-03T10:00:00Z"))
        #expect(LogMoment(argument: "120") == .position(LogPosition(120)))
        for wrong in ["2026-13-03", "yesterday", "2026-05", "-3"] { #expect(LogMoment(argument: wrong) == nil) }
    }

    @Test("an alias is written as its model, an at sign and its name")
    func references() {
        #expect(Model.Reference(argument: "detector@production")?.description == "detector@production")
        #expect(Model.Reference(argument: "@latest") == nil)
    }
}
