import Testing
import Trainer
import TrainingConfiguration

@Suite("Keeping checkpoints")
struct CheckpointShelfTests {
    static func policy(_ text: String) throws -> CheckpointPolicy {
        try TrainingConfiguration(
            resolving: ConfigurationSource(yaml: "{trainer: {kind: synthetic}, train: {\(text)}}")
        )
        .checkpoints
    }

    static func shelf(_ values: [Double?]) -> CheckpointShelf {
        CheckpointShelf(
            values.enumerated().map { index, value in
                .init(id: "\(index + 1)", epoch: index + 1, step: 10 * (index + 1), value: value)
            })
    }

    /// What is left when all that is surplus was deleted.
    static func kept(_ shelf: CheckpointShelf, _ policy: CheckpointPolicy, isOver: Bool) -> [String] {
        var shelf = shelf
        while let surplus = shelf.surplus(under: policy, isOver: isOver) { shelf.remove(surplus.id) }
        return shelf.entries.map(\.id)
    }

    @Test("all are kept when there is no bound")
    func unbounded() throws {
        let policy = try Self.policy("checkpoint_save_top_k: -1")
        #expect(Self.kept(Self.shelf([3, 2, 1, nil]), policy, isOver: true) == ["1", "2", "3", "4"])
    }

    @Test("the best by the mode are kept, and the newest; of equal ones the earlier is better")
    func best() throws {
        let minimum = try Self.policy("checkpoint_save_top_k: 2, checkpoint_mode: min")
        #expect(Self.kept(Self.shelf([1, 3, 1, 1, 5]), minimum, isOver: false) == ["1", "3", "5"])
        let maximum = try Self.policy("checkpoint_save_top_k: 2, checkpoint_mode: max")
        #expect(Self.kept(Self.shelf([1, 3, 1, 1, 5]), maximum, isOver: false) == ["2", "5"])
    }

    @Test("values that are no numbers are never among the best")
    func nonfinite() throws {
        let policy = try Self.policy("checkpoint_save_top_k: 3")
        #expect(Self.kept(Self.shelf([.nan, .infinity, 4, nil, 2]), policy, isOver: false) == ["3", "5"])
    }

    @Test("without the last one the newest goes at the end, not before, since the next attempt would need it")
    func withoutLast() throws {
        let policy = try Self.policy("checkpoint_save_top_k: 1, checkpoint_save_last: false, checkpoint_mode: min")
        #expect(Self.kept(Self.shelf([1, 2, 3]), policy, isOver: false) == ["1", "3"])
        #expect(Self.kept(Self.shelf([1, 2, 3]), policy, isOver: true) == ["1"])
    }

    @Test("what interrupted an epoch goes when the epoch's own is saved")
    func interrupted() throws {
        let policy = try Self.policy("checkpoint_save_top_k: 5")
        let shelf = CheckpointShelf([
            .init(id: "a", epoch: 1, step: 10, value: 1), .init(id: "stop", epoch: 2, step: 14, value: nil),
            .init(id: "b", epoch: 2, step: 20, value: 2),
        ])
        #expect(Self.kept(shelf, policy, isOver: false) == ["a", "b"])
    }
}
