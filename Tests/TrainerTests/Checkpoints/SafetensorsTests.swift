import Foundation
import TensorEngine
import Testing
import Trainer

@Suite("The safetensors format")
struct SafetensorsTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    private let arrays = [
        NamedArray(name: "encoder.0.weight", shape: [2, 3, 2], values: (0..<12).map { Float($0) / 8 }),
        NamedArray(name: "encoder.0.bias", shape: [3], values: [1.5, -2.5, .infinity]),
        NamedArray(name: "scalar", shape: [], values: [3.25]),
        NamedArray(name: "empty", shape: [0, 4], values: []),
        NamedArray(name: "é \"quoted\"", shape: [1], values: [-0.0]),
    ]

    @Test("what is written has the bytes that the Python package writes")
    func golden() throws {
        let reference = try Array(Data(contentsOf: Self.fixtures.appending(path: "reference.safetensors")))
        #expect(Safetensors.encode(arrays, metadata: ["epoch": "7 \n"]) == reference)
        #expect(Safetensors.encode(arrays.reversed(), metadata: ["epoch": "7 \n"]) == reference)
    }

    @Test("what the Python package wrote is read")
    func reads() throws {
        let reference = try Array(Data(contentsOf: Self.fixtures.appending(path: "reference.safetensors")))
        let (arrays, metadata) = try Safetensors.decode(reference)
        #expect(metadata == ["epoch": "7 \n"])
        #expect(arrays.sorted { $0.name < $1.name } == self.arrays.sorted { $0.name < $1.name })
    }

    @Test("arrays of any bits come back, and the data begins at a multiple of 8", arguments: 0..<10 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = Philox(seed: seed, purpose: .augmentation)
        let arrays = (0..<random.integer(below: 8)).map { index in
            let shape = (0..<random.integer(below: 4)).map { _ in random.integer(below: 5) }
            let values = (0..<shape.reduce(1, *)).map { _ in Float(bitPattern: random.next()) }
            return NamedArray(name: "array \(index) \(random.next())", shape: shape, values: values)
        }
        let metadata = Dictionary(
            uniqueKeysWithValues: (0..<random.integer(below: 4)).map { ("key \($0)", "\(random.next())\n") })
        let file = Safetensors.encode(arrays, metadata: metadata)
        let header = try file.withUnsafeBufferPointer { try SafetensorsHeader(prefix: $0, byteCount: file.count) }
        #expect(header.dataOffset % 8 == 0)
        let decoded = try Safetensors.decode(file)
        #expect(decoded.metadata == metadata)
        let bits = { (arrays: [NamedArray]) in
            Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.values.map(\.bitPattern)) })
        }
        #expect(bits(decoded.arrays) == bits(arrays))
        #expect(Safetensors.encode(decoded.arrays, metadata: decoded.metadata) == file)
    }

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
            (#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 8, .missingTensor),
        ])
    func hostile(header: String, dataByteCount: Int, code: SafetensorsError.Code) {
        let error = #expect(throws: SafetensorsError.self) {
            try Safetensors.decode(file(header, dataByteCount: dataByteCount))
        }
        #expect(error?.code == code)
    }

    @Test("a header length beyond the limit or the file is refused without reading on")
    func lengths() {
        let huge = [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: SafetensorsError.self) { try Safetensors.decode(huge) }
        let error = #expect(throws: SafetensorsError.self) {
            try Safetensors.decode(withUnsafeBytes(of: UInt64(100_000_001).littleEndian) { Array($0) })
        }
        #expect(error?.code == .headerTooLarge)
        for count in 0..<8 {
            let error = #expect(throws: SafetensorsError.self) {
                try Safetensors.decode(Array(repeating: 0, count: count))
            }
            #expect(error?.code == .truncated)
        }
    }

    @Test(
        "a file that was cut or changed anywhere is read the same or refused, never worse",
        arguments: 0..<10 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var random = Philox(seed: seed, purpose: .augmentation, step: 1)
        let file = Safetensors.encode(arrays, metadata: ["epoch": "7"])
        for count in 0..<file.count {
            #expect(throws: SafetensorsError.self) { try Safetensors.decode(Array(file[..<count])) }
        }
        for _ in 0..<500 {
            var changed = file
            for _ in 0...random.integer(below: 3) {
                changed[random.integer(below: changed.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            do throws(SafetensorsError) {
                let (arrays, _) = try Safetensors.decode(changed)
                #expect(arrays.allSatisfy { $0.values.count == $0.shape.reduce(1, *) })
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("types have their names and sizes")
    func types() {
        #expect(SafetensorsType.allCases.count == 15)
        #expect(SafetensorsType(rawValue: "BF16")?.byteCount == 2)
        #expect(SafetensorsType.float64.byteCount == 8)
    }
}
