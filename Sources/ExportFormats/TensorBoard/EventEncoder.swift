import JSON
package import Tracking

/// An event file of TensorBoard under way: the records that were added and not taken yet, and which series it has.
///
/// The first record says the format's version; each series is described by the plugin that shows it in its first record.
package struct EventEncoder: Sendable {
    /// What has not been taken yet.
    package private(set) var bytes: [UInt8] = []
    /// Scalars as numbers of 32 bits.
    private let isSingle: Bool
    private var described: Set<String>
    private var encoders: [String: ScalarEncoder] = [:]

    /// - Parameters:
    ///   - described: The series that the file has already.
    ///   - time: The time of a new file's first record; nil for a file that has it already.
    ///   - beginsRun: Whether the file is the run's first: then it says so, and only after that are later starts restarts.
    package init(
        describing described: Set<String> = [], startingAt time: Timestamp?, beginsRun: Bool = true,
        isSingle: Bool = false
    ) {
        self.isSingle = isSingle
        self.described = described
        guard let time else { return }
        append(time, step: 0) { $0.text(3, "brain.Event:2") }
        if beginsRun { restart(at: 0, time: time) }
    }

    /// The series that the file has.
    package var series: Set<String> { described }

    /// Returns the bytes that were added since the last time, and keeps none of them.
    package mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Adds points, with the steps that TensorBoard shows them at.
    package mutating func append(
        scalar tag: String, steps: ArraySlice<Int64>, times: ArraySlice<Int64>, values: ArraySlice<Double>
    ) {
        let encoder = encoders[tag] ?? ScalarEncoder(tag: tag, isSingle: isSingle)
        encoders[tag] = encoder
        let isFirst = !values.isEmpty && described.insert(tag).inserted
        encoder.append(steps: steps, times: times, values: values, isFirst: isFirst, to: &bytes)
    }

    /// Adds a text in Markdown.
    package mutating func append(text: String, tag: String, step: Int64, time: Timestamp) {
        append(tag, SummaryMetadata.texts, step: step, time: time) { tensor in
            tensor.varint(1, 7)
            tensor.message(2) { shape in shape.message(2) { $0.varint(1, 1) } }
            tensor.text(8, text)
        }
    }

    /// Adds PNG pictures of one series and step.
    package mutating func append(
        pictures: [[UInt8]], width: Int, height: Int, tag: String, step: Int64, time: Timestamp
    ) {
        append(tag, SummaryMetadata.images, step: step, time: time) { tensor in
            tensor.varint(1, 7)
            tensor.message(2) { shape in shape.message(2) { $0.varint(1, UInt64(2 + pictures.count)) } }
            tensor.text(8, "\(width)")
            tensor.text(8, "\(height)")
            for picture in pictures { tensor.data(8, picture) }
        }
    }

    /// Adds a histogram: `counts[i]` values from `edges[i]` to `edges[i + 1]`.
    package mutating func append(
        histogram edges: [Double], counts: [Double], tag: String, step: Int64, time: Timestamp
    ) {
        append(tag, SummaryMetadata.histograms, step: step, time: time) { tensor in
            tensor.varint(1, 2)
            tensor.message(2) { shape in
                shape.message(2) { $0.varint(1, UInt64(counts.count)) }
                shape.message(2) { $0.varint(1, 3) }
            }
            tensor.packed(6, counts.indices.flatMap { [edges[$0], edges[$0 + 1], counts[$0]] })
        }
    }

    /// Says that everything at and after `step` in this file is void: training began again there.
    package mutating func restart(at step: Int64, time: Timestamp) {
        append(time, step: step) { event in event.message(7) { $0.varint(1, 1) } }
    }

    /// Adds what the plugin for hyperparameters reads: a value without elements whose description is the message.
    mutating func append(hyperparameters content: [UInt8], tag: String, time: Timestamp) {
        append(tag, SummaryMetadata.of("hparams", .tensor, content: content), step: 0, time: time) { tensor in
            tensor.varint(1, 1)
            tensor.message(2) { shape in shape.message(2) { $0.varint(1, 0) } }
        }
    }

    private mutating func append(
        _ tag: String, _ metadata: [UInt8], step: Int64, time: Timestamp, tensor: (inout ProtobufWriter) -> Void
    ) {
        let isFirst = described.insert(tag).inserted
        append(time, step: step) { event in
            event.message(5) { summary in
                summary.message(1) { value in
                    value.text(1, tag)
                    if isFirst { value.data(9, metadata) }
                    value.message(8, tensor)
                }
            }
        }
    }

    private mutating func append(_ time: Timestamp, step: Int64, _ body: (inout ProtobufWriter) -> Void) {
        let event = ProtobufWriter.message { event in
            event.double(1, time.secondsSince1970)
            if step != 0 { event.varint(2, UInt64(bitPattern: step)) }
            body(&event)
        }
        EventRecords.append(event, to: &bytes)
    }
}
