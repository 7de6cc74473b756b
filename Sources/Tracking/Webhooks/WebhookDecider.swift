import SwiftProtobuf

/// The rules of a webhook's life. The stream is `webhook/<id>`.
package enum WebhookDecider: Decider {
    package enum State: Sendable, Equatable {
        case notCreated
        case active(url: String, events: [String])
        case deleted
    }

    package enum Command: Sendable, Equatable {
        case create(url: String, events: [String])
        case delete
    }

    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case unknownWebhook
        case alreadyCreated

        package var description: String {
            switch self {
            case .unknownWebhook: "there is no such webhook"
            case .alreadyCreated: "a webhook with this id exists already"
            }
        }
    }

    package static let initialState = State.notCreated

    package static func decide(_ command: Command, given state: State) throws(Refusal) -> [WebhookEvent] {
        switch (command, state) {
        case (.create(let url, let events), .notCreated):
            return [
                .created(
                    .with {
                        $0.url = url
                        $0.events = events
                    })
            ]
        case (.create, _): throw .alreadyCreated
        case (.delete, .active): return [.deleted(WebhookDeleted())]
        case (.delete, .deleted): return []  // deleting twice is not an error
        case (.delete, .notCreated): throw .unknownWebhook
        }
    }

    package static func evolve(_ state: inout State, with event: WebhookEvent) {
        switch event {
        case .created(let created): state = .active(url: created.url, events: created.events)
        case .deleted: state = .deleted
        }
    }

    package static func memoryByteCount(of state: State) -> Int {
        guard case .active(let url, let events) = state else { return MemoryLayout<State>.size }
        return MemoryLayout<State>.size + url.utf8.count + 64 * events.count
    }

    package static func hasEnded(_ state: State) -> Bool { state == .deleted }
}
