/// Unpacks the DEFLATE format (RFC 1951) and its two wrappings, zlib (RFC 1950) and gzip (RFC 1952).
///
/// The checksums of the wrappings are verified. The output never grows beyond its limit, whatever the input says.
struct Inflate {
    /// Why a stream was refused.
    enum Failure: Error, Equatable {
        case truncated, malformed, tooLong, wrongChecksum
    }

    private let input: UnsafeBufferPointer<UInt8>
    private let maximumByteCount: Int
    private var position: Int
    private var bits: UInt64 = 0
    private var bitCount = 0
    private var output: [UInt8] = []

    private init(_ input: UnsafeBufferPointer<UInt8>, from position: Int, maximumByteCount: Int) {
        self.input = input
        self.position = position
        self.maximumByteCount = maximumByteCount
    }

    /// The contents of a gzip file of one or more members.
    static func gzip(_ input: [UInt8], maximumByteCount: Int) throws(Failure) -> [UInt8] {
        try input.withUnsafeBufferPointer { input throws(Failure) in
            var result: [UInt8] = []
            var start = 0
            repeat {
                var stream = Inflate(
                    input, from: try gzipHeaderEnd(input, from: start),
                    maximumByteCount: maximumByteCount - result.count)
                try stream.blocks()
                guard try stream.littleEndian(4) == Checksums.crc32(stream.output),
                    try stream.littleEndian(4) == UInt32(truncatingIfNeeded: stream.output.count)
                else { throw .wrongChecksum }
                if result.isEmpty { result = stream.output } else { result += stream.output }
                start = stream.position
            } while start < input.count
            return result
        }
    }

    /// The contents of a zlib stream; bytes after it are not looked at.
    static func zlib(_ input: [UInt8], maximumByteCount: Int) throws(Failure) -> [UInt8] {
        try input.withUnsafeBufferPointer { input throws(Failure) in
            guard input.count >= 2 else { throw .truncated }
            let header = UInt16(input[0]) << 8 | UInt16(input[1])
            guard input[0] & 0x0F == 8, header % 31 == 0, input[1] & 0x20 == 0 else { throw .malformed }
            var stream = Inflate(input, from: 2, maximumByteCount: maximumByteCount)
            try stream.blocks()
            // The checksum comes with its highest byte first.
            guard try stream.littleEndian(4).byteSwapped == Checksums.adler32(stream.output) else {
                throw .wrongChecksum
            }
            return stream.output
        }
    }

    private static func gzipHeaderEnd(_ input: UnsafeBufferPointer<UInt8>, from start: Int) throws(Failure) -> Int {
        guard input.count >= start + 10 else { throw .truncated }
        guard input[start] == 0x1F, input[start + 1] == 0x8B, input[start + 2] == 8, input[start + 3] & 0xE0 == 0 else {
            throw .malformed
        }
        let flags = input[start + 3]
        var position = start + 10
        if flags & 4 != 0 {
            guard input.count >= position + 2 else { throw .truncated }
            position += 2 + Int(input[position]) + Int(input[position + 1]) << 8
        }
        for flag in [UInt8(8), 16] where flags & flag != 0 {
            while position < input.count, input[position] != 0 { position += 1 }
            position += 1
        }
        if flags & 2 != 0 { position += 2 }
        guard position < input.count else { throw .truncated }
        return position
    }

    // MARK: Bits

    private mutating func need(_ count: Int) throws(Failure) {
        while bitCount < count {
            guard position < input.count else { throw .truncated }
            bits |= UInt64(input[position]) << UInt64(bitCount)
            position += 1
            bitCount += 8
        }
    }

    private mutating func take(_ count: Int) throws(Failure) -> Int {
        try need(count)
        let value = Int(bits & (1 << UInt64(count) - 1))
        bits >>= UInt64(count)
        bitCount -= count
        return value
    }

    /// Whole bytes after the blocks, the first the lowest; bits left of the last byte are dropped.
    private mutating func littleEndian(_ count: Int) throws(Failure) -> UInt32 {
        _ = try take(bitCount % 8)
        var value: UInt32 = 0
        for index in 0..<count { value |= UInt32(try take(8)) << UInt32(8 * index) }
        return value
    }

    /// The next symbol of a code, read bit by bit against the counts of each length.
    private mutating func symbol(_ code: HuffmanCode) throws(Failure) -> Int {
        if let (symbol, length) = code.short(Int(truncatingIfNeeded: bits), available: bitCount) {
            bits >>= UInt64(length)
            bitCount -= length
            return symbol
        }
        var (value, first, index) = (0, 0, 0)
        for length in 1...15 {
            value |= try take(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw .malformed
    }

    // MARK: Blocks

    private mutating func blocks() throws(Failure) {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored()
            case 1: try compressed(.fixedLiterals, .fixedDistances)
            case 2:
                let (literals, distances) = try dynamicCodes()
                try compressed(literals, distances)
            default: throw .malformed
            }
        }
    }

    private mutating func stored() throws(Failure) {
        _ = try take(bitCount % 8)
        let count = try take(16)
        guard try take(16) == ~count & 0xFFFF else { throw .malformed }
        guard output.count + count <= maximumByteCount else { throw .tooLong }
        for _ in 0..<count { output.append(UInt8(try take(8))) }
    }

    private mutating func dynamicCodes() throws(Failure) -> (HuffmanCode, HuffmanCode) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw .malformed }
        var codeLengths = [Int](repeating: 0, count: 19)
        for place in HuffmanCode.lengthOrder.prefix(lengthCount) { codeLengths[place] = try take(3) }
        guard let lengthCode = HuffmanCode(lengths: codeLengths[...]) else { throw .malformed }
        var lengths: [Int] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try symbol(lengthCode)
            switch symbol {
            case 0..<16: lengths.append(symbol)
            case 16:
                guard let last = lengths.last else { throw .malformed }
                lengths += Array(repeating: last, count: 3 + (try take(2)))
            case 17: lengths += Array(repeating: 0, count: 3 + (try take(3)))
            default: lengths += Array(repeating: 0, count: 11 + (try take(7)))
            }
        }
        guard lengths.count == literalCount + distanceCount, lengths[256] > 0,
            let literals = HuffmanCode(lengths: lengths[..<literalCount]),
            let distances = HuffmanCode(lengths: lengths[literalCount...])
        else { throw .malformed }
        return (literals, distances)
    }

    private mutating func compressed(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(Failure) {
        while true {
            // Enough for the longest code, unless the stream ends sooner.
            while bitCount <= 48, position < input.count {
                bits |= UInt64(input[position]) << UInt64(bitCount)
                position += 1
                bitCount += 8
            }
            let symbol = try symbol(literals)
            if symbol < 256 {
                guard output.count < maximumByteCount else { throw .tooLong }
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 {
                giveBack()
                return
            }
            guard symbol <= 285 else { throw .malformed }
            let (lengthBase, lengthBits) = HuffmanCode.lengths[symbol - 257]
            let length = lengthBase + (try take(lengthBits))
            let distanceSymbol = try self.symbol(distances)
            guard distanceSymbol < 30 else { throw .malformed }
            let (distanceBase, distanceBits) = HuffmanCode.distances[distanceSymbol]
            let distance = distanceBase + (try take(distanceBits))
            guard distance <= output.count else { throw .malformed }
            guard output.count + length <= maximumByteCount else { throw .tooLong }
            let start = output.count - distance
            for offset in 0..<length { output.append(output[start + offset]) }
        }
    }

    /// Returns whole bytes that were read ahead.
    private mutating func giveBack() {
        let whole = bitCount / 8
        position -= whole
        bitCount -= 8 * whole
        bits &= 1 << UInt64(bitCount) - 1
    }
}
