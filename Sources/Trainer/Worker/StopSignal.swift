import Synchronization

/// A signal that this process is to save and stop. Once raised it stays raised.
package final class StopSignal: Sendable {
    private let raised = Mutex(false)

    package init() {}

    /// True once a stop was asked for, by anyone.
    package var isRaised: Bool { raised.withLock { $0 } }

    /// Asks for the stop; asking twice is not an error.
    package func raise() { raised.withLock { $0 = true } }

    /// Raises the signal when `isRequested`.
    package func raise(if isRequested: Bool) {
        if isRequested { raise() }
    }
}
