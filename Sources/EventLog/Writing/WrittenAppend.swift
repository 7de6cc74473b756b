import Tracking

/// An append that has its place in the log.
struct WrittenAppend: Sendable {
    let append: PreparedAppend
    /// The number of its stream.
    let number: UInt32
    let receipt: CommandReceipt
    let recordedAt: Timestamp

    /// Writes its record at `index` into `target`, which has exactly the record's bytes.
    func write(_ record: PreparedRecord, at index: Int, into target: UnsafeMutableRawBufferPointer) {
        record.write(
            into: target, position: position(at: index), version: receipt.firstVersion.advanced(by: index),
            recordedAt: recordedAt)
    }

    /// The position of its record at `index`.
    func position(at index: Int) -> LogPosition { LogPosition(receipt.first.rawValue + UInt64(index)) }

    /// Its events as they are read.
    var events: [RecordedEvent] {
        append.records.enumerated().map { index, record in
            record.event(
                position: position(at: index), version: receipt.firstVersion.advanced(by: index),
                recordedAt: recordedAt)
        }
    }

    /// Its entry in the index of what the database's index lacks.
    var element: RecentIndex.Element {
        RecentIndex.Element(stream: append.stream, number: number, command: append.commandID, receipt: receipt)
    }
}
