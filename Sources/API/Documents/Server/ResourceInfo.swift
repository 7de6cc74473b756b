package import Tracking

/// The resources of the server's machine.
package struct ResourceInfo: Document, Equatable {
    package static let name = "Resources"

    package var timestamp = Timestamp(rawValue: 0)
    package var processor = Processor()
    package var memory = Memory()
    package var disk = Disk()
    /// Nil when there is none.
    package var gpus: [GPU]?

    package init() {}

    package static let fields: [Field<ResourceInfo>] = [
        Field("timestamp", \.timestamp), Field("cpu", \.processor), Field("memory", \.memory), Field("disk", \.disk),
        Field("gpu", \.gpus),
    ]

    package struct Processor: Document, Equatable {
        package static let name = "CPUResources"

        /// The utilization of the processors, 0 to 100; of the limit when there is one.
        package var percent = 0.0
        /// The utilization of each of the machine's processors, 0 to 100.
        package var perProcessor: [Double] = []
        package var count = 0
        /// The processors' worth of time that the control group allows, when that is fewer than there are.
        package var limit: Double?
        /// Over 1, 5 and 15 minutes.
        package var loadAverages: [Double] = []

        package init() {}

        package static let fields: [Field<Processor>] = [
            Field("percent", \.percent), Field("per_cpu", \.perProcessor), Field("count", \.count),
            Field("limit", \.limit), Field("load_average", \.loadAverages),
        ]
    }

    package struct Memory: Document, Equatable, SizedResource {
        package static let name = "MemoryResources"

        package var percent = 0.0
        package var totalByteCount: Int64 = 0
        package var usedByteCount: Int64 = 0
        package var availableByteCount: Int64 = 0

        package init() {}

        package static let fields: [Field<Memory>] = [
            Field("percent", \.percent), Field("total_bytes", \.totalByteCount), Field("used_bytes", \.usedByteCount),
            Field("available_bytes", \.availableByteCount), Field("used_gb", \.usedGigabytes),
            Field("total_gb", \.totalGigabytes),
        ]
    }

    package struct Disk: Document, Equatable, SizedResource {
        package static let name = "DiskResources"

        package var percent = 0.0
        package var totalByteCount: Int64 = 0
        package var usedByteCount: Int64 = 0
        package var freeByteCount: Int64 = 0

        package init() {}

        package static let fields: [Field<Disk>] = [
            Field("percent", \.percent), Field("total_bytes", \.totalByteCount), Field("used_bytes", \.usedByteCount),
            Field("free_bytes", \.freeByteCount), Field("used_gb", \.usedGigabytes),
            Field("total_gb", \.totalGigabytes),
        ]
    }

    /// A GPU; what its driver does not tell is absent.
    package struct GPU: Document, Equatable {
        package static let name = "GPU"

        /// As nvidia-smi counts, from 0.
        package var id = 0
        package var uuid: String?
        package var name: String?
        package var utilization: Double?
        package var memoryPercent: Double?
        package var usedByteCount: Int64?
        package var totalByteCount: Int64?
        /// In degrees Celsius.
        package var temperature: Double?
        package var watts: Double?
        package var processes: [Process]?

        package init() {}

        package static let fields: [Field<GPU>] = [
            Field("id", \.id), Field("uuid", \.uuid), Field("name", \.name), Field("utilization", \.utilization),
            Field("memory_percent", \.memoryPercent), Field("memory_used_bytes", \.usedByteCount),
            Field("memory_total_bytes", \.totalByteCount), Field("memory_used_gb", \.usedGigabytes),
            Field("memory_total_gb", \.totalGigabytes), Field("temperature", \.temperature),
            Field("power_watts", \.watts), Field("processes", \.processes),
        ]

        /// A process that computes on the GPU.
        package struct Process: Document, Equatable {
            package static let name = "GPUProcess"

            package var id: UInt64 = 0
            package var memoryPercent: Double?
            package var usedByteCount: Int64?

            package init() {}

            package static let fields: [Field<Process>] = [
                Field("process_id", \.id), Field("memory_percent", \.memoryPercent),
                Field("memory_used_bytes", \.usedByteCount),
            ]
        }

        fileprivate var usedGigabytes: Double? {
            get { usedByteCount.map { Double($0) / 1e9 } }
            set {}
        }
        fileprivate var totalGigabytes: Double? {
            get { totalByteCount.map { Double($0) / 1e9 } }
            set {}
        }
    }

    package struct GPUs: Document, Equatable {
        package static let name = "GPUResources"

        package var gpus: [GPU] = []

        package init() {}

        package static let fields: [Field<GPUs>] = [Field("gpu", \.gpus)]
    }
}

/// Something of which a part is used.
package protocol SizedResource {
    var usedByteCount: Int64 { get }
    var totalByteCount: Int64 { get }
}

extension SizedResource {
    /// In units of 10⁹ bytes.
    fileprivate var usedGigabytes: Double {
        get { Double(usedByteCount) / 1e9 }
        set {}
    }
    fileprivate var totalGigabytes: Double {
        get { Double(totalByteCount) / 1e9 }
        set {}
    }
}
