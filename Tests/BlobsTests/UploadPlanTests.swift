import Blobs
import StoreTesting
import Testing

@Suite("How a safetensors file is cut")
struct UploadPlanTests {
    private static func plan(_ header: String) -> UploadPlan? {
        UploadPlan(safetensors: Safetensors.file(header: header, data: []))
    }

    private static func tensor(_ name: String, _ type: String, _ start: Int64, _ end: Int64) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[1],\"data_offsets\":[\(start),\(end)]}"
    }

    @Test("Tensors of 64 KiB and more are cut out in the order of their bytes, with the width of their numbers")
    func cut() throws {
        let entries = [
            Self.tensor("z", "BF16", 70_000, 140_000), Self.tensor("a", "F32", 0, 65_536),
            Self.tensor("small", "F32", 65_536, 70_000), Self.tensor("d", "F64", 140_000, 240_000),
            Self.tensor("bytes", "U8", 240_000, 340_000), Self.tensor("none", "F32", 340_000, 340_000),
        ]
        let header = "{\"__metadata__\":{\"dtype\":\"x\"}," + entries.joined(separator: ",") + "}"
        let plan = try #require(Self.plan(header))
        let expected: [UploadPlan.Region] = [
            .init(byteCount: Int64(8 + header.utf8.count), kind: .frames(nil)),
            .init(byteCount: 65_536, kind: .tensor(.planes4)), .init(byteCount: 4464, kind: .frames(nil)),
            .init(byteCount: 70_000, kind: .tensor(.planes2)), .init(byteCount: 100_000, kind: .tensor(.planes8)),
            .init(byteCount: 100_000, kind: .tensor(.bytes)),
        ]
        #expect(plan.regions == expected)
    }

    @Test("With very many tensors just over the size, only larger ones are cut out")
    func many() throws {
        let entries = (0..<1000).map { Self.tensor("t\($0)", "F32", Int64($0) * 65_536, Int64($0 + 1) * 65_536) }
        let large = Self.tensor("large", "F32", 65_536_000, 75_536_000)
        let plan = try #require(Self.plan("{" + (entries + [large]).joined(separator: ",") + "}"))
        #expect(plan.regions.count == 2)
        #expect(plan.regions.last == .init(byteCount: 10_000_000, kind: .tensor(.planes4)))
    }

    @Test(
        "What is no such header is not one",
        arguments: [
            "{", "{}x", "[]", "{\"a\":1}", "{\"a\":{\"dtype\":\"F32\"}}",
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0]}}", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[-1,5]}}",
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[5,4]}}", "{\"a\":{\"dtype\":3,\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,9223372036854775807]}}",
            "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,70000]},\"b\":{\"dtype\":\"F32\",\"data_offsets\":[1,80000]}}",
        ])
    func none(header: String) {
        #expect(Self.plan(header) == nil)
    }
}
