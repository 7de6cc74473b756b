import SwiftProtobuf
import Testing
import Tracking

@Suite("Retention rules")
struct RetentionRuleTests {
    private typealias Specification = DeciderSpecification<RetentionRuleDecider>

    private static func settings(
        _ status: String = "archived", days: UInt32 = 90, redact: [String] = ["logs"], best: UInt32 = 0,
        filter: String = ""
    ) -> RetentionRuleSettings {
        .with {
            ($0.status, $0.afterDays, $0.redact) = (status, days, redact)
            ($0.keepBestCheckpoints, $0.filter) = (best, filter)
        }
    }

    private static func set(_ settings: RetentionRuleSettings) -> RetentionEvent {
        .ruleSet(.with { $0.settings = settings })
    }

    @Test("a rule is set, changed and deleted, and what is so already records nothing")
    func life() {
        let (first, second) = (Self.settings(), Self.settings(days: 30))
        Specification().when(.set(first), then: [Self.set(first)])
        let there = Specification(given: [Self.set(first)])
        there.when(.set(first), then: [])
        there.when(.set(second), then: [Self.set(second)])
        there.when(.delete, then: [.ruleDeleted(RetentionRuleDeleted())])
        #expect(there.given(Self.set(second)).state == .active(second))
    }

    @Test("what is not there cannot be deleted, and what was deleted can be set anew")
    func absent() {
        Specification().when(.delete, refuses: .unknownRule)
        let gone = Specification(given: [Self.set(Self.settings()), .ruleDeleted(RetentionRuleDeleted())])
        gone.when(.delete, refuses: .unknownRule)
        gone.when(.set(Self.settings()), then: [Self.set(Self.settings())])
        #expect(RetentionRuleDecider.hasEnded(gone.state))
    }

    @Test("what makes no rule is refused by the name of its field")
    func faults() {
        let wrong: [(RetentionRuleSettings, String)] = [
            (Self.settings("running"), "status"), (Self.settings(days: 40_000), "after_days"),
            (Self.settings(best: 1001), "keep_best_checkpoints"), (Self.settings(redact: []), "redact"),
            (Self.settings(filter: "status ="), "filter"),
        ]
        for (settings, field) in wrong {
            var settings = settings
            do throws(RetentionFault) {
                try settings.complete()
                Issue.record("\(field) was taken")
            } catch {
                #expect(error.field == field)
            }
        }
    }

    @Test("the same kinds in another order make the same rule")
    func oneForm() throws {
        var settings = Self.settings(redact: ["logs", "host_readings", "logs"])
        try settings.complete()
        #expect(settings.redact == ["host_readings", "logs"])
    }

    @Test("names are letters, digits and a few signs", arguments: ["a", "old-logs", "Best_3", "v1.2", "9"])
    func names(text: String) {
        #expect(RetentionRule.Name(text)?.stream.description == "retention/" + text)
    }

    @Test(
        "what is no name is refused",
        arguments: ["", "-a", "_a", ".a", "a b", "a/b", "ä", String(repeating: "a", count: 65)])
    func noNames(text: String) { #expect(RetentionRule.Name(text) == nil) }

    // MARK: - When its time has come

    private static let day = Int64(86_400_000_000)

    @Test("the days are counted from when a session was archived, or ended, or at the earliest imported")
    func due() {
        var session = SessionDocument.with {
            ($0.status, $0.archived) = ("completed", true)
            ($0.completedAt, $0.archivedAt) = (Self.day, 10 * Self.day)
        }
        func isDue(_ status: String, onDay day: Int64) -> Bool {
            Self.settings(status, days: 5).isDue(session, at: Timestamp(rawValue: day * Self.day))
        }
        #expect(!isDue("ended", onDay: 5) && isDue("ended", onDay: 6))
        #expect(!isDue("archived", onDay: 14) && isDue("archived", onDay: 15))
        session.imported = .with { $0.importedAt = 20 * Self.day }
        #expect(!isDue("ended", onDay: 24) && isDue("ended", onDay: 25))
        session.clearImported()
        session.archived = false
        #expect(!isDue("archived", onDay: 100) && isDue("ended", onDay: 100))
        for status in [Session.Status.created, .queued, .running, .stopping] {
            session.status = status.rawValue
            #expect(!isDue("ended", onDay: 100))
        }
    }

    // MARK: - Checkpoints

    /// A checkpoint of the epoch with the value of `loss`.
    private static func entry(
        _ epoch: UInt32, _ loss: Double?, attempt: UInt32 = 1, isLast: Bool = false, isSuperseded: Bool = false
    ) -> CheckpointEntry {
        let document = CheckpointDocument.with {
            ($0.checkpointID, $0.attempt, $0.epoch) = ("ckpt_\(epoch)", attempt, epoch)
            if let loss { $0.metrics = [.with { ($0.name, $0.value) = ("loss", loss) }] }
        }
        let session = SessionDocument.with { $0.monitor = "loss" }
        var entry = CheckpointEntry(document, of: session, session.timeline)
        (entry.isLast, entry.isSuperseded) = (isLast, isSuperseded)
        return entry
    }

    private static func surplus(
        _ entries: [CheckpointEntry], keeping count: Int, isMaximized: Bool = false, keepsLast: Bool = false
    ) -> [UInt32] {
        CheckpointSurplus.entries(
            of: entries, keeping: count, isMaximized: isMaximized, keepsLast: keepsLast
        ).map(\.document.epoch)
    }

    @Test("the best stay, the earliest of equals, by less or by more")
    func ranking() {
        let entries = [Self.entry(1, 0.5), Self.entry(2, 0.2), Self.entry(3, 0.2), Self.entry(4, 0.9)]
        #expect(Self.surplus(entries, keeping: 1) == [1, 3, 4])
        #expect(Self.surplus(entries, keeping: 2) == [1, 4])
        #expect(Self.surplus(entries, keeping: 1, isMaximized: true) == [1, 2, 3])
        #expect(Self.surplus(entries, keeping: 9) == [])
    }

    @Test("what has no finite value or was superseded goes first; the last one stays where it is needed")
    func unranked() {
        let entries = [
            Self.entry(1, 0.1, isSuperseded: true), Self.entry(2, 0.5), Self.entry(3, .nan),
            Self.entry(4, nil, isLast: true),
        ]
        #expect(Self.surplus(entries, keeping: 1) == [1, 3, 4])
        #expect(Self.surplus(entries, keeping: 1, keepsLast: true) == [1, 3])
    }

    @Test("without a value nothing goes, and uploads never do")
    func kept() {
        #expect(Self.surplus([Self.entry(1, nil), Self.entry(2, .infinity)], keeping: 1) == [])
        let entries = [Self.entry(1, 0.1, attempt: 0), Self.entry(2, 0.5), Self.entry(3, 0.7)]
        #expect(Self.surplus(entries, keeping: 1) == [3])
    }
}
