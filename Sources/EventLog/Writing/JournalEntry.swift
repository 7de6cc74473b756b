import Checksum
import Tracking

/// The form of a group of appends in the journal; integers are big-endian.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 4 | `PVTJ` |
/// | 4 | 4 | *n*, the length of the entry without what fills its last block |
/// | 8 | 8 | XXH64 of the bytes from 16 to *n* |
/// | 16 | 8 | position of the first record |
/// | 24 | 16 | id of the event before it; zeros at the start of the log |
/// | 40 | 4 | count of appends |
/// | 44 | … | of each append: number of its stream (4), count of records (4), command digest (32), and of each record its length (4) and its bytes |
enum JournalEntry {
    private static let magic: UInt32 = 0x5056_544A
    private static let checkOffset = 8
    private static let checkedFrom = 16
    private static let headerByteCount = 44
    private static let appendByteCount = 8 + Digest.byteCount

    /// The bytes that an entry of `appends` takes.
    static func byteCount(of appends: [WrittenAppend]) -> Int {
        appends.reduce(headerByteCount) { count, written in
            count + appendByteCount + 4 * written.append.records.count + written.append.byteCount
        }
    }

    /// Writes the entry of `appends`, of which there is at least one, into `target`, which has exactly its bytes.
    ///
    /// - Parameter previous: The id of the event before the first one.
    static func write(
        _ appends: [WrittenAppend], after previous: EventID?, into target: UnsafeMutableRawBufferPointer
    ) {
        target.store(magic, at: 0)
        target.store(UInt32(target.count), at: 4)
        target.store(appends[0].receipt.first.rawValue, at: 16)
        let id = previous?.bytes ?? [UInt8](repeating: 0, count: EventID.byteCount)
        target.copyBytes(id, at: 24)
        target.store(UInt32(appends.count), at: 40)
        var offset = headerByteCount
        for written in appends {
            target.store(written.number, at: offset)
            target.store(UInt32(written.append.records.count), at: offset + 4)
            written.append.commandDigest.withBytes { target.copyBytes($0, at: offset + 8) }
            offset += appendByteCount
            for (index, record) in written.append.records.enumerated() {
                target.store(UInt32(record.byteCount), at: offset)
                offset += 4
                written.write(
                    record, at: index,
                    into: UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + record.byteCount]))
                offset += record.byteCount
            }
        }
        let checked = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[checkedFrom...])
        target.store(Check64.of(checked), at: checkOffset)
    }

    /// The entry of `appends`, of which there is at least one, without a name of the event before it: a part of a copy.
    static func encode(_ appends: [LogGroup.Append]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: magic)
        bytes.append(contentsOf: repeatElement(0, count: checkedFrom - 4))
        bytes.append(bigEndian: appends[0].first.rawValue)
        bytes.append(contentsOf: repeatElement(0, count: EventID.byteCount))
        bytes.append(bigEndian: UInt32(appends.count))
        for append in appends {
            bytes.append(contentsOf: append.value)
            for record in append.records {
                bytes.append(bigEndian: UInt32(record.count))
                bytes.append(contentsOf: record)
            }
        }
        bytes.withUnsafeMutableBytes { target in
            target.store(UInt32(target.count), at: 4)
            let checked = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[checkedFrom...])
            target.store(Check64.of(checked), at: checkOffset)
        }
        return bytes
    }

    /// An entry as it is read.
    struct View {
        /// The length of the entry without what fills its last block.
        let byteCount: Int
        let first: LogPosition
        /// The position of the last record.
        let last: LogPosition
        /// The bytes of the id of the event before it; zeros for none.
        let previous: [UInt8]
        let appends: [Append]

        /// One append of it.
        struct Append {
            let first: LogPosition
            /// The value of its entry in `appends`.
            let value: [UInt8]
            let records: [UnsafeRawBufferPointer]
        }

        /// Nil when `bytes` do not begin with a whole, undamaged entry.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count >= headerByteCount, bytes.integer(at: 0, as: UInt32.self) == magic else { return nil }
            let byteCount = Int(bytes.integer(at: 4, as: UInt32.self))
            guard byteCount >= headerByteCount, byteCount <= bytes.count else { return nil }
            let checked = UnsafeRawBufferPointer(rebasing: bytes[checkedFrom..<byteCount])
            guard bytes.integer(at: checkOffset, as: UInt64.self) == Check64.of(checked) else { return nil }
            var position = LogPosition(bytes.integer(at: 16, as: UInt64.self))
            first = position
            previous = Array(bytes[24..<24 + EventID.byteCount])
            var appends: [Append] = []
            var offset = headerByteCount
            for _ in 0..<bytes.integer(at: 40, as: UInt32.self) {
                guard offset + appendByteCount <= byteCount else { return nil }
                // The first bytes are those of the entry in `appends`.
                let value = Array(bytes[offset..<offset + appendByteCount])
                let count = Int(bytes.integer(at: offset + 4, as: UInt32.self))
                offset += appendByteCount
                var records: [UnsafeRawBufferPointer] = []
                for _ in 0..<count {
                    guard offset + 4 <= byteCount else { return nil }
                    let length = Int(bytes.integer(at: offset, as: UInt32.self))
                    offset += 4
                    guard length <= byteCount - offset else { return nil }
                    records.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
                    offset += length
                }
                appends.append(Append(first: position, value: value, records: records))
                position = LogPosition(position.rawValue + UInt64(count))
            }
            guard offset == byteCount, position > first else { return nil }
            last = LogPosition(position.rawValue - 1)
            self.byteCount = byteCount
            self.appends = appends
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes `bytes` at `offset`, where all of them must have room.
    fileprivate func copyBytes(_ bytes: some Collection<UInt8>, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + bytes.count]).copyBytes(from: bytes)
    }
}
