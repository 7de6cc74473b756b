import Application
import Testing
import Tracking

@Suite("Leases")
struct LeaseTableTests {
    private let table = LeaseTable()
    private let first = LeaseTable.Holder(session: Session.ID("sess_a")!, attempt: 1)
    private let second = LeaseTable.Holder(session: Session.ID("sess_a")!, attempt: 2)
    private let other = LeaseTable.Holder(session: Session.ID("sess_b")!, attempt: 1)

    @Test("a lease runs out at its end and not a moment before")
    func expiry() {
        table.grant(first, for: .seconds(30), at: .seconds(100))
        #expect(table.expired(at: .seconds(130) - .nanoseconds(1)).isEmpty)
        #expect(table.expired(at: .seconds(130)) == [first])
    }

    @Test("a renewal gives the whole length from its moment")
    func renewal() {
        table.grant(first, for: .seconds(30), at: .zero)
        #expect(table.renew(first, at: .seconds(29)))
        #expect(table.expired(at: .milliseconds(58_500)).isEmpty)
        #expect(table.expired(at: .seconds(59)) == [first])
    }

    @Test("a holder without a lease cannot renew one")
    func noRenewal() {
        #expect(!table.renew(first, at: .zero))
        table.grant(first, for: .seconds(1), at: .zero)
        table.release(first)
        #expect(!table.renew(first, at: .zero))
        #expect(table.count == 0)
    }

    @Test("one that ran out is told until it is released or renewed")
    func told() {
        table.grant(first, for: .seconds(1), at: .zero)
        #expect(table.expired(at: .seconds(5)) == [first])
        #expect(table.expired(at: .milliseconds(5500)) == [first])
        table.renew(first, at: .milliseconds(5500))
        #expect(table.expired(at: .milliseconds(5500)).isEmpty)
    }

    @Test("the end of a session takes all its leases and no other's")
    func releasedSession() {
        for holder in [first, second, other] { table.grant(holder, for: .seconds(1), at: .zero) }
        table.release(first.session)
        #expect(table.count == 1)
        #expect(table.expired(at: .seconds(1)) == [other])
    }

    @Test("those that ran out come in the order of their sessions and attempts")
    func order() {
        for holder in [other, second, first] { table.grant(holder, for: .seconds(1), at: .zero) }
        #expect(table.expired(at: .seconds(1)) == [first, second, other])
    }

    @Test(
        "after a time in which nobody could renew, or a clock that went back, every lease begins anew",
        arguments: [7_200_000, 901, -1, -86_400_000])
    func gap(milliseconds: Int) {
        let jump = Duration.milliseconds(milliseconds)
        table.grant(first, for: .seconds(1), at: .seconds(100))
        table.grant(other, for: .seconds(3), at: .seconds(100))
        #expect(table.expired(at: .milliseconds(100_500)).isEmpty)
        var now = Duration.milliseconds(100_500) + jump
        #expect(table.expired(at: now).isEmpty)
        var ends: [LeaseTable.Holder: Duration] = [:]
        let begin = now
        while table.count > 0, now < begin + .seconds(9) {
            now += .milliseconds(250)
            for holder in table.expired(at: now) {
                ends[holder] = now - begin
                table.release(holder)
            }
        }
        #expect(ends == [first: .seconds(1), other: .seconds(3)])
    }

    @Test("ticks that are a little late are no gap")
    func lateTicks() {
        table.grant(first, for: .seconds(2), at: .zero)
        for milliseconds in [0, 850, 1700] { #expect(table.expired(at: .milliseconds(milliseconds)).isEmpty) }
        #expect(table.expired(at: .milliseconds(2550)) == [first])
    }
}
