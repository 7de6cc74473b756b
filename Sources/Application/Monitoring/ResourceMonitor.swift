import Foundation
package import Logging
package import Machine
import ServiceLifecycle
import Synchronization
package import Tracking

/// Samples the machine's resources once in a while, so that an answer costs nothing and its numbers are never empty.
///
/// The first sample is taken in `init`, before the port opens.
package final class ResourceMonitor: Service {
    private struct State: Sendable {
        var meter: ProcessorMeter
        var latest: ResourceSample
        /// What the log was told of the GPUs.
        var trouble: String?
    }

    /// The time that the first sample of a limited control group takes, and that it waits for the GPUs at most.
    private static let firstProcessorTime = Duration.milliseconds(100)
    private static let firstGPUTime = Duration.seconds(2)

    private let state: Mutex<State>
    /// The folder whose disk is reported.
    let folder: String
    private let files: MachineFiles
    private let gpus: GPUMonitor?
    private let logger: Logger?
    private let now: @Sendable () -> Timestamp
    private let interval: Duration

    /// - Parameters:
    ///   - folder: The file system of this folder is the disk that is reported.
    ///   - gpus: What reads the GPUs; nil when none are to be read.
    ///   - logger: Told when GPUs stop or go on answering.
    package init(
        folder: String, files: MachineFiles = MachineFiles(), gpus: GPUMonitor? = nil, logger: Logger? = nil,
        interval: Duration = .seconds(1), now: @escaping @Sendable () -> Timestamp
    ) {
        self.folder = folder
        self.files = files
        self.gpus = gpus
        self.logger = logger
        self.now = now
        self.interval = interval
        var meter = ProcessorMeter(files)
        let use = Self.firstUse(&meter, files)
        gpus?.waitForFirst(atMost: Self.firstGPUTime)
        let latest = ResourceSample(
            time: now().rawValue, processorPercent: use.percent ?? 0, processorPercents: use.each,
            processorCount: ProcessInfo.processInfo.activeProcessorCount, processorLimit: use.limit,
            loadAverages: files.loadAverages() ?? Self.noLoad, memory: files.memory() ?? Self.noMemory,
            disk: Self.disk(of: folder), gpus: gpus?.latest.gpus ?? [])
        state = Mutex(State(meter: meter, latest: latest))
    }

    /// The newest sample.
    package var latest: ResourceSample { state.withLock { $0.latest } }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    self.tellOfGPUs()
                    try await Task.sleep(for: self.interval)
                    self.sample()
                }
            }
        } catch is CancellationError {
            // The server shuts down.
        }
    }

    /// Takes the next sample, one at a time. What cannot be read stays as it was.
    package func sample() {
        // A disk may take long to answer, and nobody who asks for the latest sample waits for it.
        var (meter, sample) = state.withLock { ($0.meter, $0.latest) }
        sample.time = now().rawValue
        if let use = meter.measure() {
            sample.processorPercent = use.percent ?? sample.processorPercent
            (sample.processorPercents, sample.processorLimit) = (use.each, use.limit)
        }
        sample.processorCount = ProcessInfo.processInfo.activeProcessorCount
        sample.loadAverages = files.loadAverages() ?? sample.loadAverages
        sample.memory = files.memory() ?? sample.memory
        sample.disk = Self.disk(of: folder)
        sample.gpus = gpus?.latest.gpus ?? []
        state.withLock { [meter, sample] in ($0.meter, $0.latest) = (meter, sample) }
    }

    /// Logs why GPUs do not answer, once, and when they do again.
    private func tellOfGPUs() {
        let trouble = gpus?.latest.trouble
        let news: String? = state.withLock { state in
            guard trouble != state.trouble else { return nil }
            state.trouble = trouble
            return trouble ?? "The GPUs are read again."
        }
        if let news { logger?.notice("\(news)", metadata: ["of": "gpus"]) }
    }

    /// The use since the machine's start, which is better than nothing before there are two samples; of a limited control
    /// group, about whose start nothing is known, the use in a short while.
    private static func firstUse(_ meter: inout ProcessorMeter, _ files: MachineFiles) -> ProcessorMeter.Use {
        guard var use = meter.measure() else { return ProcessorMeter.Use() }
        if use.limit == nil {
            use.percent = files.processorTimes()?.all.percent(since: .zero)
        } else {
            Thread.sleep(forTimeInterval: firstProcessorTime / .seconds(1))
            use = meter.measure() ?? use
        }
        return use
    }

    private static let noLoad = [0.0, 0, 0]
    private static let noMemory = MachineMemory(totalByteCount: 0, availableByteCount: 0)

    private static func disk(of folder: String) -> ResourceSample.Disk {
        var statistics = statvfs()
        guard statvfs(folder, &statistics) == 0 else { return .init(totalByteCount: 0, freeByteCount: 0) }
        let block = Int64(statistics.f_frsize)
        return .init(
            totalByteCount: Int64(statistics.f_blocks) * block, freeByteCount: Int64(statistics.f_bavail) * block)
    }
}
