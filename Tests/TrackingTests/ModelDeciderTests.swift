import SwiftProtobuf
import Testing
import Tracking

@Suite("The rules of models' aliases")
struct ModelDeciderTests {
    private typealias Specification = DeciderSpecification<ModelDecider>

    private static let production = Model.Alias("production")!
    private static let first = Model.Target(checkpointID: "ckpt_1", sessionID: "sess_a", digest: "sha256:1")
    private static let second = Model.Target(checkpointID: "ckpt_2", sessionID: "sess_b", digest: "sha256:2")
    private static let remark = ModelDecider.Remark(reason: "better", by: "ada")

    private static func set(_ target: Model.Target, after previous: String = "", alias: String = "production")
        -> ModelEvent
    {
        .aliasSet(
            .with {
                ($0.alias, $0.checkpointID, $0.sessionID) = (alias, target.checkpointID, target.sessionID)
                ($0.digest, $0.reason, $0.by, $0.previousCheckpointID) = (target.digest, "better", "ada", previous)
            })
    }

    private let released = Specification(given: [Self.set(Self.first)])

    @Test("an alias is set, and moved, and each event says what it was")
    func moves() {
        Specification().when(
            .set(Self.production, Self.first, Self.remark, .anything), then: [Self.set(Self.first)])
        released.when(
            .set(Self.production, Self.second, Self.remark, .anything), then: [Self.set(Self.second, after: "ckpt_1")])
    }

    @Test("setting it to what it is records nothing, whatever was expected")
    func idempotent() {
        for expectation in [ModelDecider.Expectation.anything, .absence, .checkpoint("ckpt_1"), .checkpoint("ckpt_9")] {
            released.when(.set(Self.production, Self.first, Self.remark, expectation), then: [])
        }
    }

    @Test("it moves only from where it is expected to be")
    func expectations() {
        Specification().when(
            .set(Self.production, Self.first, Self.remark, .absence), then: [Self.set(Self.first)])
        Specification().when(
            .set(Self.production, Self.first, Self.remark, .checkpoint("ckpt_2")),
            refuses: .otherTarget(alias: "production", present: nil))
        released.when(
            .set(Self.production, Self.second, Self.remark, .checkpoint("ckpt_1")),
            then: [Self.set(Self.second, after: "ckpt_1")])
        released.when(
            .set(Self.production, Self.second, Self.remark, .absence),
            refuses: .otherTarget(alias: "production", present: "ckpt_1"))
        released.when(
            .set(Self.production, Self.second, Self.remark, .checkpoint("ckpt_9")),
            refuses: .otherTarget(alias: "production", present: "ckpt_1"))
        released.when(
            .remove(Self.production, Self.remark, .checkpoint("ckpt_9")),
            refuses: .otherTarget(alias: "production", present: "ckpt_1"))
    }

    @Test("an alias that is removed is gone, and can be set anew")
    func removal() {
        let removed = ModelEvent.aliasRemoved(
            .with {
                ($0.alias, $0.reason, $0.by, $0.previousCheckpointID) = ("production", "better", "ada", "ckpt_1")
            })
        released.when(.remove(Self.production, Self.remark, .anything), then: [removed])
        let gone = released.given(removed)
        gone.when(.remove(Self.production, Self.remark, .anything), refuses: .unknownAlias("production"))
        gone.when(.set(Self.production, Self.first, Self.remark, .absence), then: [Self.set(Self.first)])
        #expect(ModelDecider.hasEnded(gone.state))
        #expect(!ModelDecider.hasEnded(released.state))
    }

    @Test("a model has so many aliases and no more, which can all still be moved")
    func bounded() throws {
        let full = Specification(
            given: (0..<Model.mostAliases).map { Self.set(Self.first, alias: "alias-\($0)") })
        full.when(.set(Self.production, Self.first, Self.remark, .anything), refuses: .tooManyAliases)
        let known = try #require(Model.Alias("alias-7"))
        full.when(
            .set(known, Self.second, Self.remark, .anything),
            then: [Self.set(Self.second, after: "ckpt_1", alias: "alias-7")])
    }

    @Test(
        "names have letters, digits, dots, underscores and hyphens, and begin with a letter or a digit",
        arguments: [
            ("detector", true), ("v1.2_rc-3", true), ("7", true), ("", false), (".hidden", false), ("-a", false),
            ("_a", false), ("a b", false), ("a/b", false), ("a@b", false), ("é", false), ("a\u{0}", false),
        ])
    func names(text: String, isName: Bool) {
        #expect((Model.Name(text) != nil) == isName)
        #expect((Model.Alias(text) != nil) == isName)
    }

    @Test("names are bounded, and a reference is a name, an at sign and an alias")
    func references() throws {
        #expect(Model.Name(String(repeating: "a", count: 128)) != nil)
        #expect(Model.Name(String(repeating: "a", count: 129)) == nil)
        #expect(Model.Alias(String(repeating: "a", count: 64)) != nil)
        #expect(Model.Alias(String(repeating: "a", count: 65)) == nil)
        let reference = try #require(Model.Reference("detector@production"))
        #expect(reference.model.text == "detector" && reference.alias.text == "production")
        #expect(reference.description == "detector@production")
        for wrong in ["detector", "@production", "detector@", "a@b@c", "ckpt_1"] {
            #expect(Model.Reference(wrong) == nil, "\(wrong)")
        }
    }
}
