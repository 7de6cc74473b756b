import EventLog
import Foundation
import Hummingbird
import JSON
import Projections
import Reactors
import Tracking
import TrainingConfiguration

/// Health and resources of the server, for people, probes and Prometheus.
struct MonitorRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>, root: Router<APIRequestContext>) {
        api.get("ping") { _, _ in Response.json(["status": "ok"]) }
        api.get("health") { _, _ in Response.json(.object(health(detailed: false))) }
        api.get("health/detailed") { _, _ in Response.json(.object(health(detailed: true))) }
        let resources = api.group("monitor/resources")
        resources.get { _, _ in Response.json(.object(Self.resources(service.monitor.latest))) }
        resources.get("cpu") { _, _ in Response.json(.object(Self.processor(service.monitor.latest))) }
        resources.get("memory") { _, _ in Response.json(.object(Self.memory(service.monitor.latest.memory))) }
        resources.get("disk") { _, _ in Response.json(.object(Self.disk(service.monitor.latest.disk))) }
        resources.get("gpu") { _, _ in
            Response.json(["gpu": .array(service.monitor.latest.gpus.map { .object(Self.gpu($0)) })])
        }
        root.get("metrics", use: prometheus)
    }

    private func health(detailed: Bool) -> JSONObject {
        let components = components()
        let isHealthy = components.allSatisfy { $0.message == nil }
        var object: JSONObject = [
            "status": isHealthy ? "healthy" : "degraded", "version": .string(PIVOTVersion.current),
            "position": .count(service.store.head.rawValue), "uptime_seconds": .number(uptime),
        ]
        object["system"] = .object(Self.system(detailed: detailed))
        var parts = JSONObject()
        for component in components {
            var part: JSONObject = ["status": component.message == nil ? "healthy" : "degraded"]
            if let message = component.message { part["message"] = .string(message) }
            if detailed { for (key, value) in component.details { part[key] = value } }
            parts[component.name] = .object(part)
        }
        object["components"] = .object(parts)
        return object
    }

    private struct Component {
        var name: String
        var message: String?
        var details: JSONObject = [:]
    }

    private func components() -> [Component] {
        let damaged = service.damage.all
        let lag = service.store.head.rawValue - min(service.store.head.rawValue, service.readModels.position.rawValue)
        return [
            Component(name: "event_log", details: ["position": .count(service.store.head.rawValue)]),
            Component(
                name: "read_models", message: readModelsMessage,
                details: ["position": .count(service.readModels.position.rawValue), "lag": .count(lag)]),
            Component(
                name: "blobs",
                message: damaged.isEmpty
                    ? nil
                    : "Damaged: \(damaged.map(\.description).joined(separator: ", ")). Upload them again, or restore a backup."
            ),
            Component(
                name: "launcher",
                details: ["enabled": .bool(service.settings.launches), "leases": .count(service.leases.count)]),
        ]
    }

    private var readModelsMessage: String? {
        switch service.readModels.activity {
        case .failed(let error): "\(error)"
        default: nil
        }
    }

    private var uptime: Double {
        Double(max(0, service.now().rawValue - service.startedAt.rawValue)) / 1e6
    }

    private static func system(detailed: Bool) -> JSONObject {
        let process = ProcessInfo.processInfo
        var object: JSONObject = [
            "host": .string(process.hostName), "operating_system": .string(process.operatingSystemVersionString),
            "architecture": .string(architecture), "cpu_count": .count(process.activeProcessorCount),
        ]
        if detailed { object["process_id"] = .count(process.processIdentifier) }
        return object
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    private static func resources(_ sample: ResourceSample) -> JSONObject {
        var object: JSONObject = [
            "timestamp": .time(sample.time), "cpu": .object(processor(sample)),
            "memory": .object(memory(sample.memory)),
            "disk": .object(disk(sample.disk)),
        ]
        if !sample.gpus.isEmpty { object["gpu"] = .array(sample.gpus.map { .object(gpu($0)) }) }
        return object
    }

    private static func processor(_ sample: ResourceSample) -> JSONObject {
        [
            "percent": .number(sample.processorPercent), "count": .count(sample.processorCount),
            "load_average": .array(sample.loadAverages.map { .number($0) }),
        ]
    }

    private static func memory(_ memory: ResourceSample.Memory) -> JSONObject {
        [
            "percent": .number(memory.percent), "total_bytes": .count(memory.totalByteCount),
            "used_bytes": .count(memory.usedByteCount), "available_bytes": .count(memory.availableByteCount),
        ]
    }

    private static func disk(_ disk: ResourceSample.Disk) -> JSONObject {
        [
            "percent": .number(disk.percent), "total_bytes": .count(disk.totalByteCount),
            "used_bytes": .count(disk.usedByteCount), "free_bytes": .count(disk.freeByteCount),
        ]
    }

    private static func gpu(_ gpu: ResourceSample.GPU) -> JSONObject {
        [
            "id": .count(gpu.id), "name": .string(gpu.name), "memory_percent": .number(gpu.memoryPercent),
            "utilization": .number(gpu.utilization), "temperature": .number(gpu.temperature),
        ]
    }

    /// Prometheus's text format, version 0.0.4.
    @Sendable private func prometheus(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let sample = service.monitor.latest
        let counts = try service.readModels.read { try $0.statusCounts() }
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: Double)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
        }
        add("pivot_up_seconds", "gauge", "Seconds since the server started.", [("", uptime)])
        add(
            "pivot_log_position", "counter", "Position of the last event in the log.",
            [("", Double(service.store.head.rawValue))])
        add(
            "pivot_read_models_position", "counter", "Position that the read models show.",
            [("", Double(service.readModels.position.rawValue))])
        add(
            "pivot_sessions", "gauge", "Sessions that are not archived, by status.",
            Session.Status.allCases.map { ("{status=\"\($0.rawValue)\"}", Double(counts[$0] ?? 0)) })
        add("pivot_leases", "gauge", "Leases that trainers hold.", [("", Double(service.leases.count))])
        add("pivot_damaged_blobs", "gauge", "Blobs that were found damaged.", [("", Double(service.damage.all.count))])
        add("pivot_host_cpu_percent", "gauge", "How busy the processors are.", [("", sample.processorPercent)])
        add("pivot_host_memory_used_bytes", "gauge", "Memory in use.", [("", Double(sample.memory.usedByteCount))])
        add(
            "pivot_host_disk_free_bytes", "gauge", "Free room where the data lies.",
            [("", Double(sample.disk.freeByteCount))])
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: .init(string: text)))
    }
}
