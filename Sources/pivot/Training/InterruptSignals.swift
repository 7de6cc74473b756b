import Dispatch
import Foundation

/// Calls a closure at each Ctrl-C instead of ending the process, until it is released.
final class InterruptSignals {
    private let source: any DispatchSourceSignal

    init(_ handle: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler(handler: handle)
        source.resume()
    }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
