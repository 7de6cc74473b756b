import API
import JSON
import Machine
import TestSupport
import Testing

@Suite("The resources of the server's machine")
struct ResourceTests {
    private static func monitor(_ fake: FakeNVML) -> GPUMonitor {
        let monitor = GPUMonitor(library: fake.library, patience: .seconds(600))
        monitor.waitForFirst(atMost: .seconds(60))
        return monitor
    }

    @Test("GPUs are listed with what their driver tells of them")
    func gpus() async throws {
        let fake = try FakeNVML()
        try fake.say("utilization1 3", "memory1 3", "power1 3", "processes1 3")
        try await TestAPI.run(gpus: Self.monitor(fake)) { api in
            let gpus: JSONValue = [
                [
                    "id": 0, "uuid": "GPU-0", "name": "Fake GPU A", "utilization": 87.0, "memory_percent": 25.0,
                    "memory_used_bytes": 20_000_000_000, "memory_total_bytes": 80_000_000_000,
                    "memory_used_gb": 20.0, "memory_total_gb": 80.0, "temperature": 64.0, "power_watts": 250.5,
                    "processes": [
                        ["process_id": 1000, "memory_percent": 10.0, "memory_used_bytes": 8_000_000_000],
                        ["process_id": 1001],
                    ],
                ],
                ["id": 1, "uuid": "GPU-1", "name": "Fake GPU B", "temperature": 65.0],
            ]
            for operation in [API.Operation.getResources, .getGPUResources] {
                let answer = try await api.call(operation).json
                #expect(answer["gpu"].map(Self.plain) == Self.plain(gpus))
            }
        }
    }

    @Test("without GPUs there is no gpu, and its own list is empty")
    func none() async throws {
        let fake = try FakeNVML()
        try fake.say("count 0")
        try await TestAPI.run(gpus: Self.monitor(fake)) { api in
            let resources = try await api.call(.getResources).json
            #expect(resources["gpu"] == nil && resources["cpu"]?["percent"]?.doubleValue != nil)
            let gpus = try await api.call(.getGPUResources).json
            #expect(gpus["gpu"]?.arrayValue?.isEmpty == true)
        }
    }

    /// A number is the same whether it is written with a point or without.
    private static func plain(_ value: JSONValue) -> JSONValue {
        if let values = value.arrayValue { return .array(values.map(plain)) }
        if case .object(let object) = value {
            var result = JSONObject()
            for (key, value) in object { result[key] = plain(value) }
            return .object(result)
        }
        return value.doubleValue.map(JSONValue.number) ?? value
    }
}
