import API
import ExportFormats
import Foundation
import JSON
import Tracking
import TrackingClient

/// A folder of runs for TensorBoard that is written and, while it is followed, kept up with the log.
struct Logdir {
    private let client: APIClient
    /// Where it is; the folder may get another name between an export and following.
    var path: String {
        didSet { for place in sessions.indices { sessions[place].logdir = path } }
    }
    private let choice: PointChoice
    private let isSingle: Bool
    private var state: LogdirState
    private var sessions: [LogdirSession] = []

    /// - Parameter path: A folder that is there.
    init(_ client: APIClient, at path: String, _ choice: PointChoice, isSingle: Bool) throws {
        self.client = client
        self.path = path
        self.choice = choice
        self.isSingle = isSingle
        let options: JSONObject = [
            "attempts": .string(choice.attempts.rawValue), "metrics": .array(choice.patterns.map { .string($0) }),
            "scalars": .string(isSingle ? "float" : "double"),
        ]
        state =
            try LogdirState(logdir: path)
            ?? LogdirState(server: client.configuration.address.text, options: options)
        guard JSONValue.object(state.options) == .object(options) else {
            throw CommandFailure(
                .usage,
                "\(path) was exported with other options: "
                    + String(decoding: JSONValue.object(state.options).encoded(), as: UTF8.self)
                    + ". Give the same, or export to another folder.")
        }
    }

    /// The bytes of all event files.
    var byteCount: Int64 { sessions.reduce(0) { $0 + $1.entry.files.values.reduce(0, +) } }

    var folders: [String] { sessions.map(\.entry.folder) }

    /// Writes the sessions, or makes those that are there ready to be gone on with.
    mutating func export(_ ids: [String], _ meter: inout ExportMeter) async throws {
        var taken = Set(state.entries.map(\.folder))
        for id in ids {
            let document = try await client.session(id)
            if let entry = state.entries.first(where: { $0.id == id }) {
                sessions.append(
                    try LogdirSession(resuming: entry, document, in: path, choice, isSingle: isSingle))
                meter.endSession()
                continue
            }
            var session = LogdirSession(document, in: path, choice, isSingle: isSingle, taken: taken)
            taken.insert(session.entry.folder)
            try await session.export(document, client, &meter)
            sessions.append(session)
        }
        try save()
    }

    /// Writes what happens from now on, until the task is cancelled.
    mutating func follow() async throws {
        guard let first = sessions.map(\.entry.position).min() else { return }
        for place in sessions.indices { try await sessions[place].learnTimeline(client) }
        let only = sessions.count == 1 ? sessions[0].entry.id : nil
        try await RecordFollower.follow(client, session: only, after: first) { try await write($0) }
    }

    /// Adds records of the log and returns when what they say is on disk.
    private mutating func write(_ records: [EventRecord]) async throws {
        guard !records.isEmpty || sessions.contains(where: \.isStale) else { return }
        var places: [String: Int] = [:]
        for place in sessions.indices { places[sessions[place].entry.id] = place }
        for record in records {
            let id = record.stream.split(separator: "/").last.map(String.init) ?? ""
            if let place = places[id] {
                try sessions[place].take(record)
                try sessions[place].write(atLeast: LogdirSession.pieceByteCount)
            }
        }
        var isChanged = false
        for place in sessions.indices {
            try await sessions[place].refresh(client)
            if try sessions[place].write(atLeast: 1) { isChanged = true }
            try sessions[place].synchronize()
        }
        if isChanged { try save() }
    }

    private mutating func save() throws {
        for session in sessions {
            if let place = state.entries.firstIndex(where: { $0.id == session.entry.id }) {
                state.entries[place] = session.entry
            } else {
                state.entries.append(session.entry)
            }
        }
        try state.save(in: path)
    }
}
