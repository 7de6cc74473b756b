/// Small numbers as Parquet's hybrid of runs and packed bits (apache/parquet-format, *Encodings*, RLE): levels and places in a
/// dictionary.
package enum RunLengths {
    /// The bits that numbers up to `maximum` need.
    static func bitWidth(upTo maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

    /// `values`, each of at most `bitWidth` bits: eight and more that are equal as a run, others packed in groups of eight.
    package static func encoded(_ values: [UInt32], bitWidth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var start = 0
        while start < values.count {
            let length = runLength(values, at: start)
            if length >= 8 || start + length == values.count {
                ProtobufWriter.append(UInt64(length) << 1, to: &bytes)
                for byte in 0..<(bitWidth + 7) / 8 {
                    bytes.append(UInt8(truncatingIfNeeded: values[start] >> (8 * UInt32(byte))))
                }
                start += length
                continue
            }
            var end = start
            repeat { end += 8 } while end < values.count && runLength(values, at: end, upTo: 8) < 8
            ProtobufWriter.append(UInt64((end - start) / 8) << 1 | 1, to: &bytes)
            pack(values, start..<end, bitWidth: bitWidth, into: &bytes)
            start = min(end, values.count)
        }
        return bytes
    }

    /// What lies in `range` beyond the end counts as 0.
    private static func pack(_ values: [UInt32], _ range: Range<Int>, bitWidth: Int, into bytes: inout [UInt8]) {
        var bits: UInt64 = 0
        var count = 0
        for place in range {
            bits |= UInt64(place < values.count ? values[place] : 0) << UInt64(count)
            count += bitWidth
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                count -= 8
            }
        }
    }

    private static func runLength(_ values: [UInt32], at start: Int, upTo limit: Int = .max) -> Int {
        var end = start + 1
        while end < values.count, end - start < limit, values[end] == values[start] { end += 1 }
        return end - start
    }
}
