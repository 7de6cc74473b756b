import Processes
import Testing
import Trainer

@Suite("The course of a supervised program")
struct CommandCourseTests {
    /// What comes and when, in seconds, and what is to be done then.
    struct Step: Sendable {
        let input: CommandCourse.Input
        let second: Double
        let actions: [CommandCourse.Action]

        init(_ input: CommandCourse.Input, _ second: Double, _ actions: [CommandCourse.Action] = []) {
            self.input = input
            self.second = second
            self.actions = actions
        }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var grace = Duration.seconds(10)
        var timeout: Duration?
        let steps: [Step]
    }

    private static let asked = CommandCourse.Action.note("A stop was requested: p gets SIGTERM and 10 s to exit.")
    private static let late = CommandCourse.Action.note("p did not exit within 10 s of SIGTERM and is killed.")

    static let rows = [
        Row(
            testDescription: "a program that ends well completes once its output has ended",
            steps: [
                Step(.started, 0), Step(.timePassed, 1), Step(.exited(.code(0)), 2, [.kill]), Step(.timePassed, 3),
                Step(.outputEnded, 4, [.end(.completed)]), Step(.timePassed, 100),
            ]),
        Row(
            testDescription: "one that ends badly is lost",
            steps: [
                Step(.started, 0), Step(.exited(.code(3)), 2, [.kill]),
                Step(.outputEnded, 2, [.end(.lost("p ended with exit code 3"))]),
            ]),
        Row(
            testDescription: "so is one that somebody kills",
            steps: [
                Step(.started, 0), Step(.exited(.signal(9)), 2, [.kill]),
                Step(.outputEnded, 2, [.end(.lost("p ended with signal 9"))]),
            ]),
        Row(
            testDescription: "output that somebody holds open is waited for five seconds",
            steps: [
                Step(.started, 0), Step(.exited(.code(0)), 2, [.kill]), Step(.timePassed, 6.9),
                Step(.timePassed, 7, [.stopReading, .end(.completed)]),
            ]),
        Row(
            testDescription: "a stop gives the grace period, and the exit code says nothing then",
            steps: [
                Step(.started, 0), Step(.stopRequested, 1, [asked, .terminate]), Step(.stopRequested, 2),
                Step(.timePassed, 3), Step(.exited(.signal(15)), 4, [.kill]),
                Step(.outputEnded, 4, [.end(.stopped(message: nil))]),
            ]),
        Row(
            testDescription: "one that ignores a stop is killed after the grace period, and the end says so",
            steps: [
                Step(.started, 0), Step(.stopRequested, 1, [asked, .terminate]), Step(.timePassed, 10.9),
                Step(.timePassed, 11, [late, .kill]), Step(.timePassed, 12), Step(.exited(.signal(9)), 12, [.kill]),
                Step(
                    .outputEnded, 12,
                    [.end(.stopped(message: "p did not exit within 10 s of SIGTERM and was killed"))]),
            ]),
        Row(
            testDescription: "without a grace period a stop kills at once", grace: .zero,
            steps: [
                Step(.started, 0),
                Step(
                    .stopRequested, 1,
                    [.note("A stop was requested: p gets SIGTERM and is killed."), .terminate, .kill]),
            ]),
        Row(
            testDescription: "a time limit ends like a stop and fails the session", timeout: .seconds(60),
            steps: [
                Step(.started, 5), Step(.timePassed, 64.9),
                Step(
                    .timePassed, 65,
                    [
                        .note("p has run for 60 s (trainer.timeout_seconds): it gets SIGTERM and 10 s to exit."),
                        .terminate,
                    ]), Step(.stopRequested, 66), Step(.exited(.code(0)), 67, [.kill]),
                Step(
                    .outputEnded, 67,
                    [
                        .end(
                            .failed(
                                "p ran longer than 60 s and was stopped (exit code 0). Raise trainer.timeout_seconds, or "
                                    + "make it do less."))
                    ]),
            ]),
        Row(
            testDescription: "a stop before the start starts nothing",
            steps: [
                Step(.stopRequested, 0, [.end(.stopped(message: "stopped before the program began"))]),
                Step(.started, 1),
            ]),
        Row(
            testDescription: "what cannot be started fails",
            steps: [Step(.couldNotStart("no"), 0, [.end(.failed("no"))])]),
        Row(
            testDescription: "an attempt that is not ours any more is killed without a word",
            steps: [
                Step(.started, 0), Step(.stopRequested, 1, [asked, .terminate]), Step(.abandoned, 2, [.kill]),
                Step(.exited(.signal(9)), 3, [.kill]), Step(.outputEnded, 3, [.end(.abandoned)]),
            ]),
        Row(
            testDescription: "also when it had ended well",
            steps: [
                Step(.started, 0), Step(.exited(.code(0)), 3, [.kill]), Step(.abandoned, 3),
                Step(.outputEnded, 3, [.end(.abandoned)]),
            ]),
    ]

    @Test("what comes decides what is done", arguments: rows)
    func table(row: Row) {
        var course = CommandCourse(name: "p", grace: row.grace, timeout: row.timeout)
        for (index, step) in row.steps.enumerated() {
            let actions = course.take(step.input, at: .milliseconds(Int64(step.second * 1000)))
            #expect(actions == step.actions, "step \(index + 1)")
        }
    }

    @Test("any order of inputs ends at most once, and kills before it ends what was started", arguments: 0..<200)
    func anyOrder(seed: Int) {
        var generator = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
        func draw(_ count: Int) -> Int {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(UInt(bitPattern: generator) >> 33) % count
        }
        let inputs: [CommandCourse.Input] = [
            .started, .stopRequested, .exited(.code(0)), .exited(.signal(15)), .outputEnded, .timePassed, .abandoned,
        ]
        var course = CommandCourse(name: "p", grace: .seconds(2), timeout: .seconds(20))
        var (endCount, wasStarted, wasKilled, now) = (0, false, false, Duration.zero)
        for _ in 0..<60 {
            let input = inputs[draw(inputs.count)]
            now += .seconds(draw(3))
            if input == .started, endCount == 0 { wasStarted = true }
            for action in course.take(input, at: now) {
                #expect(endCount == 0)
                if action == .kill { wasKilled = true }
                if case .end(let end) = action {
                    endCount += 1
                    if end == .completed { #expect(wasKilled && wasStarted) }
                }
            }
        }
        #expect(course.isOver == (endCount == 1))
    }
}
