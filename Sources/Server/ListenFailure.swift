import Foundation
import NIOCore

/// The server cannot listen where it is told to.
package struct ListenFailure: Error, CustomStringConvertible {
    package let description: String
    /// True when the address itself cannot be, whatever else runs here.
    package let isAddressWrong: Bool

    /// Nil when `error` is another failure than that of listening.
    init?(_ error: any Error, host: String, port: Int) {
        guard let error = error as? IOError else {
            guard error is SocketAddressError || error is SocketAddressError.UnknownHost else { return nil }
            isAddressWrong = true
            description = "There is no host \(host). Choose an address of this machine with --host."
            return
        }
        isAddressWrong = error.errnoCode == EADDRNOTAVAIL
        switch error.errnoCode {
        case EADDRINUSE:
            description = "Port \(port) of \(host) is in use. Stop what listens there, or choose another with --port."
        case EACCES:
            description = "This user may not listen on port \(port) of \(host). Choose one above 1023 with --port."
        case EADDRNOTAVAIL:
            description = "\(host) is not an address of this machine. Choose one with --host."
        default: return nil
        }
    }
}
