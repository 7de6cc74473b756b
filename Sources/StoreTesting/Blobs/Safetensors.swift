import Tracking

/// Writes safetensors files for tests.
package enum Safetensors {
    /// A file with these tensors in this order.
    package static func file(_ tensors: [(name: String, type: String, bytes: [UInt8])]) -> [UInt8] {
        var offset = 0
        let entries = tensors.map { tensor in
            defer { offset += tensor.bytes.count }
            return "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(tensor.bytes.count)],"
                + "\"data_offsets\":[\(offset),\(offset + tensor.bytes.count)]}"
        }
        let header = "{\"__metadata__\":{\"format\":\"pt\"}" + entries.map { "," + $0 }.joined() + "}"
        return self.file(header: header, data: tensors.flatMap(\.bytes))
    }

    /// A file with this header, whatever it says.
    package static func file(header: String, data: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }
}
