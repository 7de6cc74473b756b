import Foundation
import Safetensors
import TensorEngine
import Testing
import Trainer

@Suite("Safetensors files of float32 arrays")
struct ArrayFileTests {
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
        #expect(ArrayFile.encode(arrays, metadata: ["epoch": "7 \n"]) == reference)
        #expect(ArrayFile.encode(arrays.reversed(), metadata: ["epoch": "7 \n"]) == reference)
    }

    @Test("what the Python package wrote is read")
    func reads() throws {
        let reference = try Array(Data(contentsOf: Self.fixtures.appending(path: "reference.safetensors")))
        let (arrays, metadata) = try ArrayFile.decode(reference)
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
        let file = ArrayFile.encode(arrays, metadata: metadata)
        let header = try SafetensorsHeader(file: file)
        #expect(header.dataOffset % 8 == 0)
        let decoded = try ArrayFile.decode(file)
        #expect(decoded.metadata == metadata)
        let bits = { (arrays: [NamedArray]) in
            Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.values.map(\.bitPattern)) })
        }
        #expect(bits(decoded.arrays) == bits(arrays))
        #expect(ArrayFile.encode(decoded.arrays, metadata: decoded.metadata) == file)
    }

    @Test("other types than float32 are refused")
    func types() {
        let file = SafetensorsHeader.encode([("a", .int64, [1])]) + [UInt8](repeating: 0, count: 8)
        let error = #expect(throws: SafetensorsError.self) { try ArrayFile.decode(file) }
        #expect(error?.code == .missingTensor)
    }

    @Test(
        "a file that was cut or changed anywhere is read the same or refused, never worse",
        arguments: 0..<10 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var random = Philox(seed: seed, purpose: .augmentation, step: 1)
        let file = ArrayFile.encode(arrays, metadata: ["epoch": "7"])
        for count in 0..<file.count {
            #expect(throws: SafetensorsError.self) { try ArrayFile.decode(Array(file[..<count])) }
        }
        for _ in 0..<500 {
            var changed = file
            for _ in 0...random.integer(below: 3) {
                changed[random.integer(below: changed.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            do throws(SafetensorsError) {
                let (arrays, _) = try ArrayFile.decode(changed)
                #expect(arrays.allSatisfy { $0.values.count == $0.shape.reduce(1, *) })
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
