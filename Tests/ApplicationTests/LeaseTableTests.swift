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
        #expect(table.expired(at: .seconds(58)).isEmpty)
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
        #expect(table.expired(at: .seconds(6)) == [first])
        table.renew(first, at: .seconds(6))
        #expect(table.expired(at: .seconds(6)).isEmpty)
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
}
