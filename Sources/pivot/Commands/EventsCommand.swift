import API
package import ArgumentParser
package import JSON
import Tracking
import TrackingClient

/// `pivot events`
package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Read the log: everything that happened, in order.",
        discussion: """
            Examples:
              pivot events sess_7h2kq9d4
              pivot events --after 120 --limit 20
              pivot events --follow --json
            """)

    @Argument(help: "Only events of this session; by default the whole log.")
    var session: String?
    @Flag(help: "Keep running and show new events as they are written.")
    var follow = false
    @Option(help: "Start after this position in the log.")
    var after: UInt64 = 0
    @Option(help: "The maximum number of events to show; all by default.")
    var limit: Int?
    @Option(help: "With a session: its lifecycle, its measurements or both.")
    var stream = EventStreams.session
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print each event as a JSON object on a line of its own.")
    var json = false

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...Int.max)
        if session == nil, stream != .session { throw ValidationError("--stream needs a session.") }
    }

    package mutating func run() async throws {
        try await server.withClient { client in
            if let named = session { session = try await client.sessionID(named) }
            if follow {
                try await followEvents(client)
            } else {
                try await readEvents(client)
            }
        }
    }

    private func followEvents(_ client: APIClient) async throws {
        var left = limit ?? .max
        for try await item in client.events(session: session, stream: stream, after: after, follow: true) {
            switch item {
            case .interrupted(let error, _): Console.standard.remark(error)
            case .entry(let record):
                show(record)
                left -= 1
                if left == 0 { return }
            }
        }
    }

    /// Reads page by page, until one is not full.
    private func readEvents(_ client: APIClient) async throws {
        var position = after
        var left = limit ?? .max
        while left > 0 {
            let asked = min(left, 1000)
            var count = 0
            for try await item in client.events(session: session, stream: stream, after: position, limit: asked) {
                guard case .entry(let record) = item else { continue }
                show(record)
                position = record.position
                count += 1
            }
            left -= count
            if count < asked { return }
        }
    }

    private func show(_ record: EventInfo) {
        let console = Console.standard
        if json {
            console.print(String(decoding: record.encoded(), as: UTF8.self))
            return
        }
        let time = HumanFormat.clock(record.recordedAt, offset: console.offset(at: record.recordedAt))
        let stream = session == nil ? console.dim(DisplayText.safe(record.stream)) + "  " : ""
        let position = String(record.position)
        let padding = String(repeating: " ", count: max(0, 6 - position.count))
        let line =
            "\(padding)\(position)  \(console.dim(time))  \(stream)\(console.bold(DisplayText.safe(record.type)))"
        console.print(line + "  " + EventsCommand.summary(record.data))
    }

    /// The event's scalars as `name value`, long ones cut; lists and objects by their size.
    package static func summary(_ data: JSONObject) -> String {
        let parts = data.map { name, value -> String in
            let text: String
            switch value {
            case .array(let elements): text = "[\(elements.count)]"
            case .object(let object): text = "{\(object.count)}"
            case .string(let string): text = DisplayText.fitted(DisplayText.safe(string), to: 40)
            default: text = String(decoding: value.encoded(), as: UTF8.self)
            }
            return "\(DisplayText.safe(name)) \(text)"
        }
        return parts.joined(separator: ", ")
    }
}
