import Reactors
import Testing

@Suite("How a trainer's process ended")
struct TrainerExitTests {
    @Test(
        "the message tells the ending and the last lines; of a failed program its supervisor's own words",
        arguments: [
            (TrainerExit.Reason.exit(code: 1), "", "the trainer ended with exit code 1"),
            (.exit(code: 1), "no data", "the trainer ended with exit code 1: no data"),
            (.signal(9), "", "the trainer was killed by signal 9"),
            (.exit(code: 9), "sh ended with exit code 3: no data", "sh ended with exit code 3: no data"),
            (.exit(code: 9), "", "the trainer ended with exit code 9"),
        ])
    func message(reason: TrainerExit.Reason, lines: String, message: String) {
        #expect(TrainerExit(processID: 1, reason: reason, lastLines: lines).message == message)
    }

    @Test("another process may do better after a signal, or when the session was still held")
    func repeated() {
        let reasons: [(TrainerExit.Reason, Bool)] = [
            (.signal(9), true), (.exit(code: 7), true), (.exit(code: 1), false), (.exit(code: 9), false),
        ]
        for (reason, isRepeated) in reasons {
            #expect(TrainerExit(processID: 1, reason: reason, lastLines: "").mayBeRepeated == isRepeated)
        }
    }
}
