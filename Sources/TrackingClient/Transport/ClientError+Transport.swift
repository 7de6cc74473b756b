import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Text

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
            return interrupted(address, request, reasonText(error))
        case HTTPParserError.invalidEOFState:
            return interrupted(address, request, "the server closed the connection")
        case is HTTPParserError:
            return unusable(address, "what answered does not speak HTTP")
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
            return unreachable(address, reasonText(error))
        default:
            if let fault = faultOfTLS(error) { return unusable(address, fault) }
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
            return interrupted(address, request, "the HTTP client gave up (\(error.shortDescription))")
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

    private static func unusable(_ address: ServerAddress, _ reason: String) -> ClientError {
        ClientError(
            .unexpectedAnswer, "\(address) is not a server that can be talked to: \(reason). Check --url or PIVOT_URL.")
    }

    /// The reason that an address cannot be reached by TLS; nil when the error is about something else.
    ///
    /// The library of TLS is not imported here: the names of its errors are all that is known of them.
    private static func faultOfTLS(_ error: any Error) -> String? {
        let text = "\(String(reflecting: type(of: error))) \(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("ValidateCertificate") {
            return "its certificate is not trusted on this machine"
        }
        return text.contains("SSL") || text.contains("TLS") ? "it does not speak TLS as an https server does" : nil
    }

    /// The cause in words for people; what the libraries say of it is theirs.
    private static func reasonText(_ error: any Error) -> String {
        switch error {
        case let error as IOError: reasonText(ofCode: error.errnoCode)
        case is ChannelError: "the server closed the connection"
        default: "it failed for a reason that is not known (\(type(of: error)))"
        }
    }

    private static func reasonText(ofCode code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "the connection was refused"
        case EHOSTUNREACH, ENETUNREACH: "there is no route to it"
        case ETIMEDOUT: "the connection timed out"
        case ECONNRESET, EPIPE: "the server closed the connection"
        default: FileFault.words(ofCode: code)
        }
    }
}
