import Foundation

/// The file descriptors of this process.
package enum ProcessDescriptors {
    /// The most that are asked of the system: programs that are started from here inherit the limit, and some look at all
    /// descriptors that they may have.
    private static let wantedCount: rlim_t = 16_384
    /// The descriptors that are set aside for the log, the read models, and what the libraries open for themselves.
    private static let reservedCount = 64
    /// A connection has its own descriptor, and may have a file and one of its tensors open.
    private static let countPerConnection = 3

    /// Raises the limit of this process as far as it may and is useful. Returns the number of connections for which there are
    /// descriptors, at least 8.
    package static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        let raised = min(limit.rlim_max, max(limit.rlim_cur, wantedCount))
        if raised > limit.rlim_cur {
            var wanted = limit
            wanted.rlim_cur = raised
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
        }
        return max(8, (Int(clamping: min(limit.rlim_cur, wantedCount)) - reservedCount) / countPerConnection)
    }
}
