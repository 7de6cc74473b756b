import Testing
import Tracking

struct LogMomentTests {
    @Test("A moment is a position or a time, and reads what it writes")
    func texts() {
        #expect(LogMoment("120") == .position(LogPosition(120)))
        #expect(LogMoment("2026-01-31T12:00:00Z").map { $0.description } == "2026-01-31T12:00:00.000000Z")
        for text in ["0", "18446744073709551615", "2026-01-31T13:00:00.5+01:00"] {
            let moment = LogMoment(text)
            #expect(moment != nil && LogMoment(moment?.description ?? "") == moment)
        }
        for text in ["", "+1", "-1", "soon", "1.5", "2026-01-31", "18446744073709551616"] {
            #expect(LogMoment(text) == nil, "\(text)")
        }
    }
}
