import API
import Application
import Foundation
import Hummingbird
import JSON
import Machine
import ReadModels
import Tracking
import WebServer

/// Health and resources of the server, for people, probes and Prometheus; and work on its storage.
struct MonitorEndpoints {
    let tracker: Tracker
    let health: Health

    var all: [Endpoint] {
        [
            Endpoint(.ping) { _ in .document(PingInfo()) },
            Endpoint(.getHealth) { _ in .document(HealthInfo(health, isDetailed: false)) },
            Endpoint(.getDetailedHealth) { _ in .document(HealthInfo(health, isDetailed: true)) },
            Endpoint(.getResources) { _ in .document(ResourceInfo(health.monitor.latest)) },
            Endpoint(.getCPUResources) { _ in .document(ResourceInfo(health.monitor.latest).processor) },
            Endpoint(.getMemoryResources) { _ in .document(ResourceInfo(health.monitor.latest).memory) },
            Endpoint(.getDiskResources) { _ in .document(ResourceInfo(health.monitor.latest).disk) },
            Endpoint(.getGPUResources) { _ in
                var gpus = ResourceInfo.GPUs()
                gpus.gpus = ResourceInfo(health.monitor.latest).gpus ?? []
                return .document(gpus)
            },
            Endpoint(.getServerTelemetry, telemetry),
            Endpoint(.rebuildReadModels) { _ in
                health.rebuildReadModels()
                return .document(RebuildState(health), status: .accepted)
            },
            Endpoint(.getStorage, storage),
            Endpoint(.getRebuildState) { _ in .document(RebuildState(health)) },
        ]
    }

    @Sendable private func storage(_ call: Call) async throws -> Response {
        let session = try call.queriedSessionID()
        let (limit, offset) = (try call.query.limit(), try call.query.offset())
        var info = StorageInfo(try await tracker.storage.report(filesOf: session))
        if session == nil { info.files = nil }
        info.sessions = Array(info.sessions.dropFirst(offset).prefix(limit ?? .max))
        return .document(info)
    }

    /// Prometheus's text format, version 0.0.4.
    @Sendable private func telemetry(_ call: Call) async throws -> Response {
        let sample = health.monitor.latest
        let counts = try await tracker.queries.statusCounts()
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: Double)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
        }
        add("pivot_up_seconds", "gauge", "Seconds since the server started.", [("", health.uptimeSeconds)])
        add(
            "pivot_log_position", "counter", "Position of the last event in the log.",
            [("", Double(health.head.rawValue))])
        add(
            "pivot_read_models_position", "counter", "Log position that the read models have reached.",
            [("", Double(health.readModelsPosition.rawValue))])
        add(
            "pivot_sessions", "gauge", "Sessions that are not archived, by status.",
            Session.Status.allCases.map { ("{status=\"\($0.rawValue)\"}", Double(counts[$0] ?? 0)) })
        add("pivot_leases", "gauge", "Leases held by trainers.", [("", Double(health.leaseCount))])
        add("pivot_damaged_blobs", "gauge", "Blobs found to be damaged.", [("", Double(health.damagedBlobCount))])
        add("pivot_host_cpu_percent", "gauge", "Processor utilization in percent.", [("", sample.processorPercent)])
        add("pivot_host_memory_used_bytes", "gauge", "Memory in use.", [("", Double(sample.memory.usedByteCount))])
        add(
            "pivot_host_disk_free_bytes", "gauge", "Free space on the disk that holds the data.",
            [("", Double(sample.disk.freeByteCount))])
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: .init(string: text)))
    }
}

extension HealthInfo {
    fileprivate init(_ health: Health, isDetailed: Bool) {
        let all = health.components
        self.init()
        status = all.allSatisfy { $0.message == nil } ? "healthy" : "degraded"
        version = PIVOTVersion.current
        let sample = health.monitor.latest
        timestamp = Timestamp(rawValue: sample.time)
        position = health.head.rawValue
        uptimeSeconds = health.uptimeSeconds
        let process = ProcessInfo.processInfo
        system = [
            "host": .string(process.hostName), "operating_system": .string(process.operatingSystemVersionString),
            "architecture": .string(Self.architecture), "cpu_count": .count(process.activeProcessorCount),
            "cpu_percent": .number(sample.processorPercent), "memory_percent": .number(sample.memory.percent),
            "disk_percent": .number(sample.disk.percent),
        ]
        if isDetailed { system["process_id"] = .count(process.processIdentifier) }
        for component in all {
            var part: JSONObject = ["status": component.message == nil ? "healthy" : "degraded"]
            if let message = component.message { part["message"] = .string(message) }
            if isDetailed {
                for figure in component.figures {
                    part[figure.name] = figure.name == "enabled" ? .bool(figure.value > 0) : .count(figure.value)
                }
            }
            components[component.name] = .object(part)
        }
        // The names by which clients of other servers of this API know them.
        components["database"] = components["event_log"]
        components["filesystem"] = components["blobs"]
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
}

extension ResourceInfo {
    fileprivate init(_ sample: ResourceSample) {
        self.init()
        timestamp = Timestamp(rawValue: sample.time)
        processor.percent = sample.processorPercent
        processor.perProcessor = sample.processorPercents
        processor.count = sample.processorCount
        processor.limit = sample.processorLimit
        processor.loadAverages = sample.loadAverages
        memory.percent = sample.memory.percent
        memory.totalByteCount = sample.memory.totalByteCount
        memory.usedByteCount = sample.memory.usedByteCount
        memory.availableByteCount = sample.memory.availableByteCount
        disk.percent = sample.disk.percent
        disk.totalByteCount = sample.disk.totalByteCount
        disk.usedByteCount = sample.disk.usedByteCount
        disk.freeByteCount = sample.disk.freeByteCount
        guard !sample.gpus.isEmpty else { return }
        gpus = sample.gpus.map(GPU.init)
    }
}

extension ResourceInfo.GPU {
    fileprivate init(_ reading: GPUReading) {
        self.init()
        id = reading.index
        uuid = reading.uuid
        name = reading.name
        utilization = reading.utilization
        memoryPercent = reading.memory?.percent
        usedByteCount = reading.memory?.usedByteCount
        totalByteCount = reading.memory?.totalByteCount
        temperature = reading.temperature
        watts = reading.watts
        processes = reading.processes?.map { process in
            var info = ResourceInfo.GPU.Process()
            info.id = UInt64(process.id)
            info.memoryPercent = reading.percent(of: process)
            info.usedByteCount = process.usedByteCount
            return info
        }
    }
}

extension RebuildState {
    fileprivate init(_ health: Health) {
        self.init()
        status = "following"
        position = health.readModelsPosition.rawValue
        head = health.head.rawValue
        switch health.readModels {
        case .idle: status = "idle"
        case .following: break
        case .building(let position, let head), .rebuilding(let position, let head):
            status = "rebuilding"
            self.position = position.rawValue
            self.head = head.rawValue
        case .failed(let error):
            status = "failed"
            message = health.told(error)
        }
    }
}
