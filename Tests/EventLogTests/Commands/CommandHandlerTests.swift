import EventLog
import Testing
import Tracking

@Suite("Handling commands")
struct CommandHandlerTests {
    private let store = InMemoryEventStore()
    private let stream = Webhook.ID(createdBy: CommandID("made")!).stream

    private func identity(_ id: String, of meaning: String = "", repeats: Bool = true) -> CommandIdentity {
        CommandIdentity(
            id: CommandID(id)!, digest: Digest(hashing: Array(meaning.utf8)), actor: "api", mayBeRepeat: repeats)
    }

    private func create(_ url: String) -> WebhookDecider.Command {
        .create(WebhookSettings(url: url, events: ["training_failed"]))
    }

    @Test("a command's events are in the log when it is answered")
    func appends() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store)
        let outcome = try await handler.handle(create("https://a.example"), on: stream, as: identity("1"))
        #expect(outcome.events.count == 1)
        #expect(!outcome.isRepeat)
        #expect(outcome.last == store.head)
        #expect(try await store.version(of: stream) == outcome.version)
        #expect(
            outcome.state
                == .active(
                    WebhookState(settings: WebhookSettings(url: "https://a.example", events: ["training_failed"]))))
    }

    @Test("a repeat gets the first outcome again, also from a handler that has never seen it")
    func repeats() async throws {
        let first = try await CommandHandler<WebhookDecider>(store: store)
            .handle(create("https://a.example"), on: stream, as: identity("1"))
        _ = try await CommandHandler<WebhookDecider>(store: store).handle(.delete, on: stream, as: identity("2"))
        let head = store.head
        let again = try await CommandHandler<WebhookDecider>(store: store)
            .handle(create("https://a.example"), on: stream, as: identity("1"))
        #expect(again.isRepeat)
        #expect(again.events == first.events)
        #expect(again.last == first.last)
        #expect(again.version == first.version)
        #expect(again.recordedAt == first.recordedAt)
        #expect(again.state == .deleted)
        #expect(store.head == head)
    }

    @Test("another command under the same id is refused and writes nothing")
    func reusedID() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store)
        let first = try await handler.handle(create("https://a.example"), on: stream, as: identity("1", of: "create"))
        do {
            _ = try await handler.handle(.delete, on: stream, as: identity("1", of: "delete"))
            Issue.record("the id was taken twice")
        } catch {
            guard case .log(.commandReused(first.last)) = error else {
                Issue.record("refused with \(error)")
                return
            }
        }
        #expect(store.head == first.last)
    }

    @Test("what is so already is answered without an event")
    func silence() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store)
        _ = try await handler.handle(create("https://a.example"), on: stream, as: identity("1"))
        let deleted = try await handler.handle(.delete, on: stream, as: identity("2"))
        let again = try await handler.handle(.delete, on: stream, as: identity("3"))
        #expect(again.events.isEmpty)
        #expect(again.recordedAt == nil)
        #expect(again.last == deleted.last)
    }

    @Test("a handler whose cached state is old decides by the newest events")
    func staleCache() async throws {
        let old = CommandHandler<WebhookDecider>(store: store)
        _ = try await old.handle(create("https://a.example"), on: stream, as: identity("1"))
        _ = try await CommandHandler<WebhookDecider>(store: store).handle(.delete, on: stream, as: identity("2"))
        // Its cache says active, from which a deletion would append: the conflict makes it look again.
        let silent = try await old.handle(.delete, on: stream, as: identity("3"))
        #expect(silent.events.isEmpty)
        #expect(silent.state == .deleted)
    }

    @Test("a refusal is checked against the newest events before it is told")
    func staleRefusal() async throws {
        let old = CommandHandler<WebhookDecider>(store: store)
        #expect(try await old.state(of: stream) == .notCreated)
        _ = try await CommandHandler<WebhookDecider>(store: store)
            .handle(create("https://a.example"), on: stream, as: identity("1"))
        let outcome = try await old.handle(.delete, on: stream, as: identity("2"))
        #expect(outcome.state == .deleted)
        #expect(outcome.events.count == 1)
    }

    @Test("a refused command writes nothing and can be sent again under the same id")
    func refusal() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store)
        do {
            _ = try await handler.handle(.delete, on: stream, as: identity("1"))
            Issue.record("deleted what does not exist")
        } catch {
            guard case .refused(.unknownWebhook, _) = error else {
                Issue.record("refused with \(error)")
                return
            }
        }
        #expect(store.head == .start)
        _ = try await handler.handle(create("https://a.example"), on: stream, as: identity("2"))
        #expect(try await handler.handle(.delete, on: stream, as: identity("1")).events.count == 1)
    }

    @Test("a conflict is decided again, and a failure of the log is told")
    func conflictsAndFailures() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store)
        store.failNextAppend(with: .conflict(actual: .none))
        #expect(try await handler.handle(create("https://a.example"), on: stream, as: identity("1")).events.count == 1)
        store.failNextAppend(with: .noRoom(details: "full"))
        do {
            _ = try await handler.handle(.delete, on: stream, as: identity("2"))
            Issue.record("appended without room")
        } catch {
            guard case .log(.noRoom) = error else {
                Issue.record("failed with \(error)")
                return
            }
        }
    }

    @Test("of many who create the same stream at once, one does", arguments: [2, 16])
    func races(count: Int) async throws {
        let handlers = (0..<count).map { _ in CommandHandler<WebhookDecider>(store: store) }
        let created = await withTaskGroup(of: Bool.self) { group in
            for (index, handler) in handlers.enumerated() {
                let identity = identity("race-\(index)")
                let command = create("https://\(index).example")
                group.addTask {
                    do {
                        return try await !handler.handle(command, on: stream, as: identity).events.isEmpty
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(created == 1)
        #expect(try await store.version(of: stream) == StreamVersion(1))
    }

    @Test("a cache without room gives the same answers as one of a thousand states")
    func smallCache() async throws {
        let handler = CommandHandler<WebhookDecider>(store: store, cacheByteCount: 0)
        let streams = (0..<20).map { Webhook.ID(createdBy: CommandID("s\($0)")!).stream }
        for (index, stream) in streams.enumerated() {
            _ = try await handler.handle(create("https://\(index).example"), on: stream, as: identity("c\(index)"))
        }
        for (index, stream) in streams.enumerated() where index % 2 == 0 {
            _ = try await handler.handle(.delete, on: stream, as: identity("d\(index)"))
        }
        for (index, stream) in streams.enumerated() {
            let expected: WebhookDecider.State =
                index % 2 == 0
                ? .deleted
                : .active(
                    WebhookState(
                        settings: WebhookSettings(url: "https://\(index).example", events: ["training_failed"])))
            #expect(try await handler.state(of: stream) == expected)
        }
    }
}
