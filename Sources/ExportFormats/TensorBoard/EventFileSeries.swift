/// Reads which series an event file has, to go on with it.
package enum EventFileSeries {
    /// The tags of all values in `bytes`, which are whole records.
    ///
    /// - Throws: `malformed` for anything else. Checksums are not looked at: the file is one that was written here.
    package static func tags(in bytes: UnsafeRawBufferPointer) throws(ExportError) -> Set<String> {
        var tags: Set<String> = []
        var place = 0
        while place < bytes.count {
            guard bytes.count - place >= EventRecords.overhead else { throw malformed }
            let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            guard length <= UInt64(bytes.count - place - EventRecords.overhead) else { throw malformed }
            let start = place + 12
            place = start + Int(length) + 4
            try add(Array(bytes[start..<start + Int(length)])[...], to: &tags)
        }
        return tags
    }

    private static func add(_ data: ArraySlice<UInt8>, to tags: inout Set<String>) throws(ExportError) {
        var event = ProtobufReader(data)
        while let field = try event.next() {
            guard case .data(5, let data) = field else { continue }
            var summary = ProtobufReader(data)
            while let field = try summary.next() {
                guard case .data(1, let data) = field else { continue }
                var value = ProtobufReader(data)
                // The tag is the first field.
                if case .data(1, let tag)? = try value.next() { tags.insert(String(decoding: tag, as: UTF8.self)) }
            }
        }
    }

    private static let malformed = ExportError(.malformed, "The event file does not end with a whole record.")
}
