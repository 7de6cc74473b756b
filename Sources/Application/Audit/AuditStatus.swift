import Synchronization

/// What the health of the server tells of the tree, for all threads.
package final class AuditStatus: Sendable {
    private struct State {
        var fault: String?
        var signedSize: UInt64 = 0
        var witnessFaults: [String: String] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The reason that nothing is signed, with what to do; nil while the tree is signed.
    package var fault: String? { state.withLock { $0.fault } }
    /// The size of the last tree head that was signed.
    package var signedSize: UInt64 { state.withLock { $0.signedSize } }
    /// The witnesses that did not sign when they were asked last.
    package var silentWitnessCount: Int { state.withLock { $0.witnessFaults.count } }

    func signed(_ size: UInt64) {
        state.withLock { ($0.fault, $0.signedSize) = (nil, size) }
    }

    func refused(_ fault: String) { state.withLock { $0.fault = fault } }

    func witness(_ name: String, failed fault: String?) { state.withLock { $0.witnessFaults[name] = fault } }
}
