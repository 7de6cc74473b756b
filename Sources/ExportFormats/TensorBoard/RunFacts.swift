package import JSON
package import Tracking

/// The facts about a session that stand beside its points in a logdir.
package struct RunFacts: Sendable {
    /// A checkpoint, and where it can be had.
    package struct Checkpoint: Sendable {
        package var id: String
        package var epoch: Int
        package var step: Int64
        package var time: Timestamp
        package var byteCount: Int64
        package var digest: String
        package var link: String

        package init(
            id: String, epoch: Int, step: Int64, time: Timestamp, byteCount: Int64, digest: String, link: String
        ) {
            self.id = id
            self.epoch = epoch
            self.step = step
            self.time = time
            self.byteCount = byteCount
            self.digest = digest
            self.link = link
        }
    }

    package var id: String
    package var name: String
    package var status: String
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var tags: [String] = []
    package var notes: String?
    package var params = JSONObject()
    package var configuration = JSONObject()
    package var checkpoints: [Checkpoint] = []

    package init(id: String, name: String, status: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.status = status
        self.createdAt = createdAt
    }
}

extension EventEncoder {
    /// Adds what the run is: its configuration, notes and tags as texts.
    package mutating func append(_ facts: RunFacts) {
        let configuration = JSONValue.object(facts.configuration).encoded(pretty: true)
        if !facts.configuration.isEmpty {
            append(
                text: MarkdownText.code(String(decoding: configuration, as: UTF8.self)), tag: "configuration", step: 0,
                time: facts.createdAt)
        }
        if let notes = facts.notes { append(text: notes, tag: "notes", step: 0, time: facts.createdAt) }
        let about = [("id", facts.id), ("name", facts.name), ("tags", facts.tags.joined(separator: ", "))]
        append(
            text: MarkdownText.table(["", ""], about.filter { !$0.1.isEmpty }.map { [$0.0, $0.1] }), tag: "session",
            step: 0, time: facts.createdAt)
    }

    /// Adds a checkpoint as a link.
    package mutating func append(_ checkpoint: RunFacts.Checkpoint) {
        let text =
            "[\(checkpoint.id)](\(checkpoint.link)): epoch \(checkpoint.epoch), \(checkpoint.byteCount) bytes, "
            + checkpoint.digest
        append(text: text, tag: "checkpoints", step: checkpoint.step, time: checkpoint.time)
    }

    /// Adds the run to the table of hyperparameters, with its parameters.
    ///
    /// Which metrics the table shows is for TensorBoard to find out: it takes the last value of each scalar of the run. No
    /// experiment is described, of which TensorBoard would read only the first in all its folders.
    package mutating func append(hyperparametersOf facts: RunFacts) {
        let start = ProtobufWriter.message { data in
            data.message(3) { start in
                for (name, value) in facts.params {
                    start.message(1) { entry in
                        entry.text(1, name)
                        entry.message(2) { Self.write(value, to: &$0) }
                    }
                }
                start.double(5, (facts.startedAt ?? facts.createdAt).secondsSince1970)
            }
        }
        append(hyperparameters: start, tag: "_hparams_/session_start_info", time: facts.createdAt)
    }

    /// Tells the table of hyperparameters how the run ended, if it has.
    package mutating func append(endOf facts: RunFacts) {
        guard let endedAt = facts.endedAt else { return }
        let end = ProtobufWriter.message { data in
            data.message(4) { end in
                end.varint(1, facts.status == "completed" ? 1 : 2)
                end.double(2, endedAt.secondsSince1970)
            }
        }
        append(hyperparameters: end, tag: "_hparams_/session_end_info", time: endedAt)
    }

    /// A value as `google.protobuf.Value`; TensorBoard knows numbers, texts and truth values.
    private static func write(_ value: JSONValue, to message: inout ProtobufWriter) {
        switch value {
        case .bool(let flag): message.varint(4, flag ? 1 : 0)
        case .integer(let integer): message.double(2, Double(integer))
        case .number(let number): message.double(2, number)
        case .string(let text): message.text(3, text)
        case .null: message.text(3, "")
        case .array, .object: message.text(3, String(decoding: value.encoded(), as: UTF8.self))
        }
    }
}
