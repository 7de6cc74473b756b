import AsyncHTTPClient
import NIOCore
import NIOPosix

extension ClientError {
    /// The error that a failure of the connection to `address` stands for. `request` names what was asked.
    static func transport(_ error: any Error, address: ServerAddress, request: String) -> ClientError {
        switch error {
        case let error as ClientError:
            return error
        case is CancellationError:
            return cancelled(request)
        case let error as HTTPClientError:
            return transport(error, address: address, request: request)
        case let error as NIOConnectionError:
            let reason = error.connectionErrors.first.map { reasonText($0.error) }
            return unreachable(address, reason ?? "the name \(error.host) could not be resolved")
        case let error as ChannelError:
            if case .connectTimeout = error { return unreachable(address, "the connection timed out") }
            return interrupted(address, request, "\(error)")
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
            return unreachable(address, reasonText(error))
        default:
            return interrupted(address, request, reasonText(error))
        }
    }

    private static func transport(_ error: HTTPClientError, address: ServerAddress, request: String) -> ClientError {
        switch error {
        case .cancelled:
            return cancelled(request)
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            return unreachable(address, "the connection timed out")
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            return ClientError(
                .timedOut,
                "\(address) did not answer \(request) in time. Check whether the server is overloaded or stuck.")
        case .remoteConnectionClosed, .requestStreamCancelled, .uncleanShutdown:
            return interrupted(address, request, "the server closed the connection")
        case .bodyLengthMismatch:
            return ClientError(.file, "The file changed its size while it was sent. Send it again when it is complete.")
        default:
            return interrupted(address, request, error.shortDescription)
        }
    }

    private static func cancelled(_ request: String) -> ClientError {
        ClientError(.cancelled, "\(request) was cancelled.")
    }

    private static func unreachable(_ address: ServerAddress, _ reason: String) -> ClientError {
        ClientError(
            .unreachable,
            "No server can be reached at \(address): \(reason). Start one with `pivot serve`, or choose another with --url or PIVOT_URL."
        )
    }

    private static func interrupted(_ address: ServerAddress, _ request: String, _ reason: String) -> ClientError {
        ClientError(
            .interrupted,
            "The connection to \(address) broke during \(request): \(reason). Try again; if it keeps happening, see the server's log."
        )
    }

    private static func reasonText(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case ECONNREFUSED: return "the connection was refused"
        case EHOSTUNREACH, ENETUNREACH: return "there is no route to it"
        case ETIMEDOUT: return "the connection timed out"
        case ECONNRESET, EPIPE: return "the server closed the connection"
        default: return "\(error)"
        }
    }
}
