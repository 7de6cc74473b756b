import Tracking

/// A request whose records are encoded, so that the writer has little to do for it.
struct PreparedAppend: Sendable {
    let stream: StreamID
    let expecting: ExpectedVersion
    let commandID: CommandID
    let commandDigest: Digest
    let records: [PreparedRecord]
    let priority: AppendPriority
    let redacting: [RecordRemainder]
    /// The bytes of all records.
    let byteCount: Int

    /// - Throws: `tooLarge` when a payload, the whole append or a name is longer than the log takes.
    init(
        _ request: AppendRequest, compressor: PayloadCompressor, salt: () -> Salt
    ) throws(AppendError) {
        guard request.events.count <= AppendRequest.maximumEventCount else {
            throw .tooLarge(
                details:
                    "It has \(request.events.count) events; at most \(AppendRequest.maximumEventCount) are allowed.")
        }
        precondition(request.redacting.isEmpty || request.events.count == 1, "one event names what it redacts")
        guard request.actor.utf8.count <= 255 else {
            throw .tooLarge(details: "The actor's name has \(request.actor.utf8.count) bytes; at most 255 are allowed.")
        }
        var total = 0
        for event in request.events {
            guard event.payload.count <= NewEvent.maximumPayloadByteCount else {
                throw .tooLarge(
                    details: "A \(event.type) event has \(event.payload.count) bytes; at most "
                        + "\(NewEvent.maximumPayloadByteCount) are allowed.")
            }
            guard (1...255).contains(event.type.utf8.count) else {
                throw .tooLarge(details: "A type's name has \(event.type.utf8.count) bytes; 1 to 255 are allowed.")
            }
            guard (event.origin?.actor.utf8.count ?? 0) <= 255 else {
                throw .tooLarge(details: "The actor of an imported event has more than 255 bytes.")
            }
            total += event.payload.count
        }
        guard total <= AppendRequest.maximumByteCount else {
            throw .tooLarge(
                details: "It has \(total) bytes; at most \(AppendRequest.maximumByteCount) are allowed.")
        }
        stream = request.stream
        expecting = request.expecting
        commandID = request.commandID
        commandDigest = request.commandDigest
        priority = request.priority
        redacting = request.redacting
        var records: [PreparedRecord] = []
        records.reserveCapacity(request.events.count)
        for (index, event) in request.events.enumerated() {
            records.append(
                PreparedRecord(
                    event, stream: request.stream, id: event.origin?.id ?? request.commandID.eventID(at: index),
                    actor: event.origin?.actor ?? request.actor,
                    causation: request.commandID, salt: salt(), compressor: compressor))
        }
        self.records = records
        byteCount =
            records.reduce(0) { $0 + $1.byteCount } + request.redacting.reduce(0) { $0 + $1.payload.count }
    }
}
