import Glibc

/// A probe of what the disk allows: one writer that syncs after each page.
enum DiskProbe {
    /// The number of times a second that a page of 4 KiB can be written over and synced, and the median seconds of one.
    static func syncs(in folder: String, seconds: Double) throws -> (perSecond: Double, median: Double) {
        let path = folder + "/probe"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchmarkError.system("opening \(path)", errno) }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 0xA5, count: 4096)
        let pageCount = 1024
        func write(_ index: Int) throws {
            let written = pwrite(file, page, page.count, index % pageCount * page.count)
            guard written == page.count else { throw BenchmarkError.system("writing \(path)", errno) }
        }
        for index in 0..<pageCount { try write(index) }
        guard fsync(file) == 0 else { throw BenchmarkError.system("syncing \(path)", errno) }
        var times: [Double] = []
        let begin = ContinuousClock.now
        while begin.duration(to: .now).seconds < seconds {
            times.append(
                try ContinuousClock().measure {
                    try write(times.count)
                    guard fdatasync(file) == 0 else { throw BenchmarkError.system("syncing \(path)", errno) }
                }.seconds)
        }
        return (Double(times.count) / begin.duration(to: .now).seconds, Quantiles(times).at(0.5))
    }
}
