import Blobs
import EventLog
import Foundation
import ReadModels
import Tracking
import Transparency

/// The checks after every start of a server: what is on its disks is what was promised.
struct Examination: Sendable {
    let log: LMDBEventStore
    let readModels: ReadModels
    let blobs: FileBlobStore
    let ledger: Ledger
    /// A folder that is not there yet.
    let scratch: String

    /// All events of the log, and what is wrong.
    func run() async throws -> (events: [RecordedEvent], findings: [String]) {
        var events: [RecordedEvent] = []
        while let last = try await next(after: events.last?.position ?? .start) { events += last }
        var findings = try await checkLog(events)
        findings += try await checkCommands(events)
        findings += try AttemptCheck.findings(in: events)
        findings += try checkReadModels(events)
        findings += try await checkBlobs(events)
        return (events, findings)
    }

    private func next(after position: LogPosition) async throws -> [RecordedEvent]? {
        let events = try await log.events(after: position).events
        return events.isEmpty ? nil : events
    }

    /// Checksums, order and the tree hold.
    private func checkLog(_ events: [RecordedEvent]) async throws -> [String] {
        var findings: [String] = []
        try log.flush()
        let count = try log.verify().recordCount
        if count != events.count { findings.append("the log has \(count) records, and \(events.count) can be read") }
        for (index, event) in events.enumerated() where event.position.rawValue != UInt64(index) + 1 {
            findings.append("the event at place \(index + 1) has position \(event.position)")
        }
        var tree = Frontier()
        while tree.size < UInt64(events.count) {
            let headers = try await log.headers(after: LogPosition(tree.size), limit: 1000)
            if headers.isEmpty { break }
            for header in headers { tree.append(.leaf(header)) }
        }
        if try await log.treeHead(isCurrent: true) != tree.head {
            findings.append("the tree's head is not that of the headers")
        }
        return findings
    }

    /// All that was acknowledged is there, where it was said to be; everything is there once, whole, and was asked for.
    private func checkCommands(_ events: [RecordedEvent]) async throws -> [String] {
        var findings: [String] = []
        var count = 0
        for command in ledger.commands {
            let receipt = try await log.command(command.key.command, in: command.key.stream)
            let name = "\(command.key.command) in \(command.key.stream)"
            guard let receipt else {
                if let result = command.result { findings.append("\(name), acknowledged at \(result.first), is gone") }
                continue
            }
            count += receipt.count
            if let result = command.result, (result.first, result.last) != (receipt.first, receipt.last) {
                findings.append("\(name), acknowledged at \(result.first), is at \(receipt.first)")
            }
            guard receipt.first > .start, receipt.last.rawValue <= UInt64(events.count) else {
                findings.append("\(name) is beyond the log's end")
                continue
            }
            let found = Array(events[Int(receipt.first.rawValue) - 1..<Int(receipt.last.rawValue)])
            if !command.requests.contains(where: { Self.isWhole(found, of: $0) }) {
                findings.append("\(name) is not what was asked for")
            }
        }
        if count != events.count { findings.append("the log has \(events.count) events, and \(count) were asked for") }
        return findings
    }

    /// True when `events` are those of the request, as far as they were not redacted.
    private static func isWhole(_ events: [RecordedEvent], of request: AppendRequest) -> Bool {
        guard events.count == request.events.count else { return false }
        return zip(events, request.events).allSatisfy { found, asked in
            found.stream == request.stream && found.type == asked.type && found.causation == request.commandID
                && (found.redactedBy != nil || found.payload == asked.payload)
        }
    }

    /// The read models are those that the log builds anew.
    private func checkReadModels(_ events: [RecordedEvent]) throws -> [String] {
        let fresh = try ReadModels(folder: scratch, options: ServerLife.readModelOptions)
        if !events.isEmpty { try fresh.apply(events) }
        let isEqual = try fresh.digest() == readModels.digest()
        fresh.close()
        try FileManager.default.removeItem(atPath: scratch)
        if isEqual { return [] }
        return ["the read models at \(readModels.position) differ from those built anew at \(fresh.position)"]
    }

    /// Every blob that a checkpoint names is there and right.
    private func checkBlobs(_ events: [RecordedEvent]) async throws -> [String] {
        var findings: [String] = []
        for digest in try Self.namedBlobs(in: events) {
            do throws(BlobError) {
                try await blobs.verify(digest)
            } catch {
                findings.append("a checkpoint names a blob that cannot be had: \(error)")
            }
        }
        return findings
    }

    private static func namedBlobs(in events: [RecordedEvent]) throws -> [Digest] {
        var checkpoints: [String: (session: StreamID, digest: String)] = [:]
        for event in events where event.stream.category == .session {
            switch try SessionEvent(event) {
            case .checkpointSaved(let saved): checkpoints[saved.checkpointID] = (event.stream, saved.digest)
            case .checkpointDeleted(let deleted): checkpoints[deleted.checkpointID] = nil
            case .deleted: checkpoints = checkpoints.filter { $0.value.session != event.stream }
            default: break
            }
        }
        return Set(checkpoints.values.map(\.digest)).sorted().compactMap { Digest($0) }
    }
}
