import Safetensors
import Testing

@Suite("The header of a safetensors file")
struct SafetensorsHeaderTests {
    private func file(_ header: String, dataByteCount: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + Array(repeating: 0, count: dataByteCount)
    }

    @Test(
        "an unsound header is refused for what is wrong with it",
        arguments: [
            ("{}", 1, SafetensorsError.Code.badLayout), ("[]", 0, .malformedHeader), ("", 0, .malformedHeader),
            ("{\"a\":1}", 0, .malformedHeader), ("{\"__metadata__\":{\"x\":1}}", 0, .malformedHeader),
            ("{\"__metadata__\":[]}", 0, .malformedHeader),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, .truncated),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, .badLayout),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, .badLayout),
            (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, .wrongLength),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, .badLayout),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 8, .badLayout),
            (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, .malformedHeader),
            (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, .malformedHeader),
            (#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, 4, .malformedHeader),
            (#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4, .unknownType),
            (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, .malformedHeader),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, .malformedHeader),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4, .wrongLength),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, 4, .wrongLength),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                4, .badLayout
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                8, .badLayout
            ),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
                12, .badLayout
            ),
            (
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                8, .malformedHeader
            ),
            (#"{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}"#, 4, .malformedHeader),
        ])
    func hostile(header: String, dataByteCount: Int, code: SafetensorsError.Code) {
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsHeader(file: file(header, dataByteCount: dataByteCount))
        }
        #expect(error?.code == code)
    }

    @Test("a header length beyond the limit or the file is refused without reading on")
    func lengths() {
        let huge = [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: SafetensorsError.self) { try SafetensorsHeader(file: huge) }
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsHeader(file: withUnsafeBytes(of: UInt64(100_000_001).littleEndian) { Array($0) })
        }
        #expect(error?.code == .headerTooLarge)
        for count in 0..<8 {
            let error = #expect(throws: SafetensorsError.self) {
                try SafetensorsHeader(file: Array(repeating: 0, count: count))
            }
            #expect(error?.code == .truncated)
        }
    }

    @Test("a header is read from a file's first bytes also when it does not fit the file")
    func prefix() throws {
        let header = """
            {"b":{"dtype":"F4","shape":[9],"data_offsets":[8,9]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}
            """
        let tensors = try SafetensorsHeader(prefix: file(header, dataByteCount: 1)).tensors
        #expect(tensors.map(\.name) == ["a", "b"])
        #expect(tensors.map(\.byteRange) == [0..<4, 8..<9])
        #expect(tensors.map(\.type) == [.float32, nil])
    }

    @Test("a header that was written is read back, and the data begin at a multiple of 8")
    func roundTrip() throws {
        let start = SafetensorsHeader.encode(
            [("b", .bfloat16, [2, 3]), ("a", .float64, [])], metadata: ["epoch": "7"])
        let header = try SafetensorsHeader(file: start + [UInt8](repeating: 0, count: 20))
        #expect(header.dataOffset == start.count && start.count % 8 == 0)
        #expect(header.metadata == ["epoch": "7"])
        #expect(header.tensors.map(\.byteRange) == [0..<12, 12..<20])
        #expect(header.tensors.map(\.shape) == [[2, 3], []])
        #expect(throws: SafetensorsError.self) { try SafetensorsHeader(file: start) }
    }

    @Test("The first bytes tell how many more are needed, or that there is no header")
    func start() {
        let file = file("{\"a\":1}", dataByteCount: 3)
        func start(_ bytes: [UInt8]) -> SafetensorsHeader.Start {
            SafetensorsHeader.start(of: bytes, maximumByteCount: 1 << 20)
        }
        #expect(start(Array(file.prefix(8))) == .incomplete(byteCount: 9))
        #expect(start(Array(file.prefix(9))) == .incomplete(byteCount: 15))
        #expect(start(file) == .header(byteCount: 15))
        #expect(start([255, 255, 255, 255, 255, 255, 255, 255, 123]) == .none)
        #expect(start([9, 0, 0, 0, 0, 0, 0, 0, 91]) == .none)
    }

    @Test("types have their names and sizes")
    func types() {
        #expect(SafetensorsType.allCases.count == 15)
        #expect(SafetensorsType(rawValue: "BF16")?.byteCount == 2)
        #expect(SafetensorsType.float64.byteCount == 8)
    }
}
