import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// What is asked for together is appended together, or not at all.
@Suite("One append")
struct OneAppendTests {
    private static let param = Parameter.with {
        $0.name = "note"
        $0.text = "given"
    }

    @Test("all changes of an update are one append")
    func update() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            var changes = SessionCommand.Changes()
            changes.name = "second"
            changes.tags = ["a"]
            changes.notes = "n"
            changes.params = [Self.param]
            let written = try await test.tracker.sessions.update(session, changes, as: TestTracker.command("update"))
            #expect(try await test.eventCount(of: "update", in: session) == 4)
            let document = written.value.document
            #expect(document.name == "second" && document.tags == ["a"] && document.notes == "n")
            #expect(document.params.contains { $0.name == "note" && $0.text == "given" })
        }
    }

    @Test("what is so already is no event, and an update that changes nothing appends nothing")
    func unchanged() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let head = test.store.head
            var changes = SessionCommand.Changes()
            changes.name = "first"
            let written = try await test.tracker.sessions.update(session, changes, as: TestTracker.command("same"))
            #expect(test.store.head == head && written.position == head)
            changes.notes = "n"
            _ = try await test.tracker.sessions.update(session, changes, as: TestTracker.command("notes"))
            #expect(try await test.eventCount(of: "notes", in: session) == 1)
        }
    }

    @Test("an attempt's start and what is known of it are one append")
    func start() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let token = try await test.claim(session).token
            try await test.start(session, token, facts: [Self.param])
            #expect(try await test.eventCount(of: "begin", in: session) == 2)
            #expect(try await test.events(of: session).suffix(2) == ["attempt_started", "provenance_recorded"])
            let provenance = try await test.view(session).document.provenance
            #expect(provenance.map(\.attempt) == [1] && provenance.map(\.fact) == [Self.param])
        }
    }

    @Test("a start that is refused records no facts")
    func refusedStart() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let head = test.store.head
            await expectRefusal(
                .wrongStatus(action: "start its attempt twice", status: .running, remedy: "claim a new attempt")
            ) {
                try await test.start(session, token, facts: [Self.param], as: "second")
            }
            #expect(test.store.head == head)
        }
    }
}
