import Foundation
import ServiceLifecycle
import Synchronization
package import Tracking

/// Samples the machine's resources once in a while, so that an answer costs nothing and its numbers are never empty.
///
/// The first sample is taken in `init`, before the port opens.
package final class ResourceMonitor: Service {
    private struct State: Sendable {
        var times: ProcessorTimes
        var each: [ProcessorTimes]
        var latest: ResourceSample
    }

    private let state: Mutex<State>
    /// The folder whose disk is reported.
    let folder: String
    private let files: ProcFiles
    private let now: @Sendable () -> Timestamp
    private let interval: Duration

    /// - Parameter folder: The file system of this folder is the disk that is reported.
    package init(
        folder: String, files: ProcFiles = ProcFiles(), interval: Duration = .seconds(1),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.folder = folder
        self.files = files
        self.now = now
        self.interval = interval
        let none = ProcessorTimes(busy: 0, total: 0)
        let (times, each) = files.processorTimes() ?? (none, [])
        // Since the machine's start: better than nothing before there are two samples.
        let latest = Self.sample(
            files: files, folder: folder, percent: times.percent(since: none),
            each: each.map { $0.percent(since: none) },
            at: now())
        state = Mutex(State(times: times, each: each, latest: latest))
    }

    /// The newest sample.
    package var latest: ResourceSample { state.withLock { $0.latest } }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: self.interval)
                    self.sample()
                }
            }
        } catch is CancellationError {
            // The server shuts down.
        }
    }

    private func sample() {
        let times = files.processorTimes()
        state.withLock { state in
            var (percent, each) = (state.latest.processorPercent, state.latest.processorPercents)
            if let times {
                percent = times.all.percent(since: state.times)
                each = zip(times.each, state.each).map { $0.percent(since: $1) }
                (state.times, state.each) = times
            }
            state.latest = Self.sample(files: files, folder: folder, percent: percent, each: each, at: now())
        }
    }

    private static func sample(
        files: ProcFiles, folder: String, percent: Double, each: [Double], at time: Timestamp
    ) -> ResourceSample {
        ResourceSample(
            time: time.rawValue, processorPercent: percent, processorPercents: each,
            processorCount: ProcessInfo.processInfo.activeProcessorCount,
            loadAverages: files.loadAverages(), memory: files.memory(), disk: disk(of: folder),
            gpus: [])
    }

    private static func disk(of folder: String) -> ResourceSample.Disk {
        var statistics = statvfs()
        guard statvfs(folder, &statistics) == 0 else { return .init(totalByteCount: 0, freeByteCount: 0) }
        let block = Int64(statistics.f_frsize)
        return .init(
            totalByteCount: Int64(statistics.f_blocks) * block, freeByteCount: Int64(statistics.f_bavail) * block)
    }
}
