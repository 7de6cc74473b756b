import SwiftProtobuf
import TestSupport
import Testing
import Tracking

private typealias Specification = DeciderSpecification<SessionDecider>
private typealias F = SessionFixtures

@Suite("A session's rules")
struct SessionDeciderTests {
    @Test("nothing but create happens to a session that does not exist")
    func unknown() {
        for command in [
            SessionCommand.requestStart, .requestStop, .archive, .update(name: "x"), .update(notes: "x"),
            .update(tags: []),
        ] {
            Specification().when(command, refuses: .unknownSession)
        }
    }

    @Test("create makes a session once")
    func create() {
        guard case .created(let message) = F.created() else { return }
        Specification().when(.create(message), then: [F.created()])
        Specification().given(F.created()).when(.create(message), refuses: .alreadyCreated)
    }

    @Test("each status answers start as the contract's table says", arguments: Session.Status.allCases)
    func start(status: Session.Status) {
        let specification = Specification(given: F.past(status))
        switch status {
        case .created, .stopped, .failed: specification.when(.requestStart, then: [F.started])
        case .queued, .running, .stopping:
            specification.when(
                .requestStart, refuses: .wrongStatus(action: "be started", status: status, remedy: "stop it first"))
        case .completed:
            specification.when(
                .requestStart,
                refuses: .wrongStatus(
                    action: "be started", status: status,
                    remedy: "create a session with its checkpoint_id to continue"))
        }
    }

    @Test("each status answers stop as the contract's table says", arguments: Session.Status.allCases)
    func stop(status: Session.Status) {
        let specification = Specification(given: F.past(status))
        switch status {
        case .created, .queued:
            specification.when(
                .requestStop,
                then: [F.stopRequested, .stopped(.with { $0.message = "stopped before an attempt began" })])
        case .running: specification.when(.requestStop, then: [F.stopRequested])
        case .stopping, .stopped, .completed, .failed: specification.when(.requestStop, then: [])
        }
    }

    @Test("a session of another server is shown and not trained")
    func imported() {
        let imported = SessionEvent.imported(.with { $0.source = "http://there" })
        for status in [Session.Status.completed, .failed, .stopped] {
            let specification = Specification(given: F.past(status) + [imported])
            specification.when(.requestStart, refuses: .imported)
            specification.when(.claimAttempt(AttemptClaimed()), refuses: .imported)
            specification.when(.update(notes: "seen"), then: [.noted(.with { $0.notes = "seen" })])
        }
        let created = SessionEvent.created(.with { ($0.name, $0.allowedProgram) = ("n", "/bin/sh") })
        #expect(Specification(given: [created]).state.allowedProgram == "/bin/sh")
        #expect(Specification(given: [created, imported]).state.allowedProgram.isEmpty)
    }

    @Test(
        "each status answers a claim: free ones give the next attempt, held ones refuse",
        arguments: Session.Status.allCases)
    func claim(status: Session.Status) {
        let specification = Specification(given: F.past(status))
        let claim = SessionCommand.claimAttempt(
            .with {
                $0.tokenDigest = F.token; $0.leaseSeconds = 30
            })
        switch status {
        case .created: specification.when(claim, then: [F.started, F.claimed(1)])
        case .queued: specification.when(claim, then: [F.claimed(1)])
        case .running, .stopping: specification.when(claim, refuses: .leaseHeld(attempt: 1))
        case .stopped, .failed: specification.when(claim, then: [F.started, F.claimed(2)])
        case .completed:
            specification.when(
                claim,
                refuses: .wrongStatus(
                    action: "be claimed", status: .completed, remedy: "create a session that continues it"))
        }
    }

    @Test("the trainer of a session that was stopped while it waited comes too late")
    func lateClaim() {
        Specification().given(
            F.created(kind: "synthetic"), F.started, F.stopRequested, .stopped(.with { $0.message = "m" })
        ).when(
            .claimAttempt(.with { $0.tokenDigest = F.token }),
            refuses: .wrongStatus(action: "be claimed", status: .stopped, remedy: "start it first"))
    }

    @Test("each status answers archive: only what trains or waits refuses", arguments: Session.Status.allCases)
    func archive(status: Session.Status) {
        let specification = Specification(given: F.past(status))
        switch status {
        case .queued, .running, .stopping:
            specification.when(
                .archive, refuses: .wrongStatus(action: "be archived", status: status, remedy: "stop it first"))
        default:
            specification.when(.archive, then: [.archived(Archived())])
            specification.given(.archived(Archived())).when(.archive, then: [])
            specification.given(.archived(Archived())).when(.requestStart, refuses: .archived)
            specification.given(.archived(Archived())).when(.update(name: "x"), refuses: .archived)
        }
    }

    @Test("a session is archived by a change and unarchived by one, also with others beside it")
    func archivingChange() {
        let stopped = Specification(given: F.past(.stopped))
        stopped.when(.update(archived: true), then: [.archived(Archived())])
        stopped.when(.update(archived: false), then: [])
        let archived = stopped.given(.archived(Archived()))
        archived.when(.update(archived: true), then: [])
        archived.when(.update(name: "x", archived: true), refuses: .archived)
        archived.when(.update(archived: false), then: [.unarchived(Unarchived())])
        archived.when(
            .update(name: "x", archived: false),
            then: [.unarchived(Unarchived()), .renamed(.with { $0.name = "x" })])
        archived.given(.unarchived(Unarchived())).when(.requestStart, then: [F.started])
        Specification(given: F.past(.running)).when(
            .update(archived: true),
            refuses: .wrongStatus(action: "be archived", status: .running, remedy: "stop it first"))
    }

    @Test("a session is deleted with what it holds, unless it trains or waits; then there is no such session")
    func delete() {
        let saved: [SessionEvent] = [
            .checkpointSaved(.with { $0.checkpointID = "ckpt_b" }),
            .checkpointSaved(.with { $0.checkpointID = "ckpt_a" }),
            .artifactSaved(.with { $0.path = "plot.png" }), .artifactSaved(.with { $0.path = "gone.png" }),
            .artifactDeleted(.with { $0.path = "gone.png" }),
        ]
        let stopped = Specification(given: F.past(.stopped) + saved)
        let deletions: [SessionEvent] =
            ["ckpt_a", "ckpt_b"].map { id in
                .checkpointDeleted(
                    .with {
                        $0.checkpointID = id
                        $0.reason = "its session was deleted"
                    })
            } + [.artifactDeleted(.with { $0.path = "plot.png" }), .deleted(Deleted())]
        stopped.when(.delete, then: deletions)
        stopped.given(.archived(Archived())).when(.delete, then: deletions)
        let deleted = stopped.given(.deleted(Deleted()))
        for command in [SessionCommand.delete, .requestStart, .archive, .update(name: "x"), .requestStop] {
            deleted.when(command, refuses: .unknownSession)
        }
        Specification(given: F.past(.running)).when(
            .delete, refuses: .wrongStatus(action: "be deleted", status: .running, remedy: "stop it first"))
    }

    @Test("a start with all epochs done already completes at once")
    func nothingLeft() {
        Specification().given(F.created(epochs: 3, parentEpoch: 3)).when(
            .requestStart,
            then: [
                F.started,
                .completed(
                    .with {
                        $0.epoch = 3; $0.step = 30
                    }),
            ])
    }

    @Test("an attempt starts once, by its holder, from epoch and step 1 or later")
    func startAttempt() {
        let specification = Specification(given: [F.created(), F.started, F.claimed()])
        guard case .attemptStarted(let message) = F.attemptStarted() else { return }
        specification.when(.startAttempt(message, facts: [], F.holder), then: [F.attemptStarted()])
        let fact = Parameter.with {
            $0.name = "git_commit"
            $0.text = "abc"
        }
        let recorded = SessionEvent.provenanceRecorded(
            .with {
                $0.attempt = 1
                $0.facts = [fact]
            })
        specification.when(
            .startAttempt(message, facts: [fact], F.holder), then: [F.attemptStarted(), recorded])
        specification.given(F.attemptStarted()).when(
            .startAttempt(message, facts: [], F.holder),
            refuses: .wrongStatus(
                action: "start its attempt twice", status: .running, remedy: "claim a new attempt"))
        specification.when(
            .startAttempt(.with { $0.attempt = 1 }, facts: [], F.holder),
            refuses: .invalid(field: "first_epoch", reason: "epochs and steps count from 1"))
    }

    @Test("a stale attempt and a wrong token are fenced off")
    func fencing() {
        let running = Specification(given: F.past(.running))
        guard case .epochCompleted(let epoch) = F.epoch(1) else { return }
        running.when(.completeEpoch(epoch, F.holder), then: [F.epoch(1)])
        running.when(
            .completeEpoch(epoch, .init(attempt: 2, tokenDigest: F.token)), refuses: .staleAttempt(2, current: 1))
        running.when(.completeEpoch(epoch, .init(attempt: 1, tokenDigest: "sha256:0")), refuses: .wrongToken)
        running.given(F.lost()).when(.completeEpoch(epoch, F.holder), refuses: .staleAttempt(1, current: nil))
        running.given(F.lost(), F.claimed(2)).when(
            .completeEpoch(epoch, F.holder), refuses: .staleAttempt(1, current: 2))
        running.given(F.lost(), F.claimed(2)).when(
            .saveCheckpoint(.with { $0.checkpointID = "ckpt_1" }, F.holder), refuses: .staleAttempt(1, current: 2))
        running.given(F.lost(), F.claimed(2)).when(
            .finish(.failed(message: "x"), F.holder), refuses: .staleAttempt(1, current: 2))
    }

    @Test("epochs ascend, and a resumed attempt may do later ones again")
    func epochs() {
        let running = Specification(given: F.past(.running)).given(F.epoch(1), F.epoch(2))
        guard case .epochCompleted(let second) = F.epoch(2), case .epochCompleted(let fourth) = F.epoch(4),
            case .epochCompleted(let again) = F.epoch(2, attempt: 2)
        else { return }
        running.when(.completeEpoch(second, F.holder), refuses: .epochOutOfOrder(epoch: 2, last: 2))
        running.when(.completeEpoch(fourth, F.holder), then: [F.epoch(4)])
        running.given(F.lost(), F.claimed(2), F.attemptStarted(2, epoch: 2, step: 11)).when(
            .completeEpoch(again, .init(attempt: 2, tokenDigest: F.token)), then: [F.epoch(2, attempt: 2)])
    }

    @Test("a lost attempt waits for the next one while restarts are left, then the session has failed")
    func losses() {
        let running = Specification(given: F.past(.running))
        running.when(.loseAttempt(number: 1, message: "gone"), then: [F.lost()])
        running.given(F.lost(), F.claimed(2)).when(
            .loseAttempt(number: 2, message: "gone"),
            then: [
                F.lost(2),
                .failed(
                    .with {
                        $0.attempt = 2
                        $0.message = "the trainer was lost 2 times: gone"
                    }),
            ])
        running.given(F.lost(), F.claimed(2)).when(.loseAttempt(number: 1, message: "late"), then: [])
        #expect(running.given(F.lost()).state.status == .queued)
    }

    @Test("a new start gives a session its restarts back")
    func restartsAgain() {
        let past = Specification(given: F.past(.running)).given(
            F.lost(), F.claimed(2), F.lost(2), F.failed, F.started, F.claimed(3))
        past.when(.loseAttempt(number: 3, message: "gone"), then: [F.lost(3)])
    }

    @Test("an attempt lost while it stops leaves a stopped session")
    func lostWhileStopping() {
        Specification(given: F.past(.stopping)).when(
            .loseAttempt(number: 1, message: "gone"),
            then: [
                F.lost(),
                .stopped(
                    .with {
                        $0.attempt = 1
                        $0.message = "the trainer was lost while stopping: gone"
                    }),
            ])
    }

    @Test("a trainer ends its session as it says")
    func finish() {
        let running = Specification(given: F.past(.running)).given(F.epoch(1))
        running.when(
            .finish(.stopped(step: 12, checkpoint: "ckpt_1", message: ""), F.holder),
            then: [
                .stopped(
                    .with {
                        $0.attempt = 1; $0.epoch = 1; $0.step = 12; $0.checkpointID = "ckpt_1"
                    })
            ])
        running.when(
            .finish(.completed(finalMetrics: [], earlyStopReason: "no improvement"), F.holder),
            then: [
                .completed(
                    .with {
                        $0.attempt = 1; $0.epoch = 1; $0.step = 10; $0.earlyStopReason = "no improvement"
                    })
            ])
        running.when(
            .finish(.failed(message: "broken"), F.holder), then: [F.failed])
        running.given(F.failed).when(
            .finish(.failed(message: "broken"), F.holder), refuses: .staleAttempt(1, current: nil))
    }

    @Test("a launch that fails ends a queued session and nothing else")
    func failLaunch() {
        Specification(given: F.past(.queued)).when(
            .failLaunch(message: "no such file"), then: [.failed(.with { $0.message = "no such file" })])
        Specification(given: F.past(.running)).when(.failLaunch(message: "no such file"), then: [])
    }

    @Test("a checkpoint comes from the attempt or from outside, and goes once")
    func checkpoints() throws {
        func saved(epoch: UInt32, completed: UInt32 = 0) -> CheckpointSaved {
            .with {
                $0.checkpointID = "ckpt_1"
                $0.epoch = epoch
                $0.completedEpochs = completed
            }
        }
        let id = try #require(Checkpoint.ID("ckpt_1"))
        let running = Specification(given: F.past(.running)).given(F.epoch(1))
        running.when(
            .saveCheckpoint(saved(epoch: 1), F.holder), then: [.checkpointSaved(saved(epoch: 1, completed: 1))])
        running.when(
            .saveCheckpoint(saved(epoch: 2), F.holder), then: [.checkpointSaved(saved(epoch: 2, completed: 1))])
        for status in Session.Status.allCases {
            Specification(given: F.past(status)).when(
                .saveCheckpoint(saved(epoch: 50), nil), then: [.checkpointSaved(saved(epoch: 50, completed: 50))])
        }
        running.when(.deleteCheckpoint(id, reason: "api"), refuses: .unknownCheckpoint("ckpt_1"))
        running.given(.checkpointSaved(saved(epoch: 1, completed: 1))).when(
            .deleteCheckpoint(id, reason: "api"),
            then: [
                .checkpointDeleted(
                    .with {
                        $0.checkpointID = "ckpt_1"
                        $0.reason = "api"
                    })
            ])
    }

    @Test("artifacts have versions; the same bytes again are silence")
    func artifacts() {
        func saved(_ digest: String, version: UInt32 = 0) -> ArtifactSaved {
            .with {
                $0.path = "a.png"; $0.digest = digest; $0.version = version
            }
        }
        let created = Specification(given: F.past(.created))
        created.when(.saveArtifact(saved("x")), then: [.artifactSaved(saved("x", version: 1))])
        let once = created.given(.artifactSaved(saved("x", version: 1)))
        once.when(.saveArtifact(saved("x")), then: [])
        once.when(.saveArtifact(saved("y")), then: [.artifactSaved(saved("y", version: 2))])
        var moved = saved("x")
        moved.step = 7
        var version = moved
        version.version = 2
        once.when(.saveArtifact(moved), then: [.artifactSaved(version)])
        once.given(.artifactSaved(version)).when(.saveArtifact(moved), then: [])
        once.when(.deleteArtifact(path: "a.png"), then: [.artifactDeleted(.with { $0.path = "a.png" })])
        let gone = once.given(.artifactDeleted(.with { $0.path = "a.png" }))
        gone.when(.deleteArtifact(path: "a.png"), refuses: .unknownArtifact("a.png"))
        gone.when(.saveArtifact(saved("x")), then: [.artifactSaved(saved("x", version: 2))])
    }

    @Test("names, tags and notes change only when they differ")
    func descriptions() {
        let created = Specification(given: F.past(.created))
        created.when(.update(name: "first"), then: [])
        created.when(.update(name: "second"), then: [.renamed(.with { $0.name = "second" })])
        created.when(.update(tags: ["a"]), then: [])
        created.when(.update(tags: ["b"]), then: [.tagged(.with { $0.tags = ["b"] })])
        created.when(.update(notes: ""), then: [])
        created.when(.update(notes: "n"), then: [.noted(.with { $0.notes = "n" })])
        created.when(.update(params: []), then: [])
        created.when(.recordProvenance(ProvenanceRecorded()), then: [])
        let param = Parameter.with {
            $0.name = "p"
            $0.number = 1
        }
        created.when(
            .update(name: "second", tags: ["b"], notes: "n", params: [param]),
            then: [
                .renamed(.with { $0.name = "second" }), .tagged(.with { $0.tags = ["b"] }),
                .noted(.with { $0.notes = "n" }), .paramsSet(.with { $0.params = [param] }),
            ])
        created.when(.update(name: "first", notes: "n"), then: [.noted(.with { $0.notes = "n" })])
    }

    @Test("results come late, also to an archived session")
    func results() {
        let result = ResultReported.with { ($0.name, $0.value) = ("test_dice", 0.9) }
        for status in Session.Status.allCases {
            Specification(given: F.past(status)).when(.reportResult(result), then: [.resultReported(result)])
        }
        Specification(given: F.past(.created)).given(.archived(Archived())).when(
            .reportResult(result), then: [.resultReported(result)])
    }

    @Test("a verdict on a reproduction comes late, also to an archived session")
    func verdicts() {
        let report = ReproductionReported.with { ($0.reproductionSessionID, $0.verdict) = ("sess_r", "identical") }
        for status in Session.Status.allCases {
            Specification(given: F.past(status)).when(
                .reportReproduction(report), then: [.reproductionReported(report)])
        }
        Specification(given: F.past(.created)).given(.archived(Archived())).when(
            .reportReproduction(report), then: [.reproductionReported(report)])
    }
}
