import EventLog
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Transparency
import UnixSignals
import WebServer

/// A witness as a server: `POST /add-checkpoint` of C2SP tlog-witness, and nothing else.
package enum WitnessServer {
    /// What a witness is started with.
    package struct Settings: Sendable {
        package var host: String
        /// The port to listen on; 0 picks a free one.
        package var port: Int
        /// The folder of its key and of what it has signed.
        package var folder: String
        /// The name of a new key; nil for one of the host's name.
        package var name: KeyName?
        /// The keys of the logs that it signs for; those of one name are one log's.
        package var logs: [VerifierKey]

        package init(host: String, port: Int, folder: String, name: KeyName?, logs: [VerifierKey]) {
            self.host = host
            self.port = port
            self.folder = folder
            self.name = name
            self.logs = logs
        }
    }

    /// The most bytes of a request: a note, and the lines before it.
    private static let bodyLimit = Note.maximumByteCount + 4096

    /// Runs the witness until SIGTERM or SIGINT.
    ///
    /// - Parameter onListening: Called with its address and its public key once it listens.
    /// - Throws: ``StorageError`` when the folder is another's or what it holds is damaged, and ``ListenFailure``.
    package static func run(
        _ settings: Settings, logger: Logger, onListening: @escaping @Sendable (String, VerifierKey) -> Void
    ) async throws {
        let directory = try DataDirectory(path: settings.folder, address: "pivot audit witness")
        defer { directory.unlock() }
        let witness = try Cosigner(
            in: WitnessFolder(directory), name: settings.name, logs: settings.logs, now: EventLogOptions.systemClock)
        let route = Route(.post, "/add-checkpoint", bodyLimit: bodyLimit) { call in
            let body = try await call.request.body.collect(upTo: bodyLimit)
            let answer = witness.answer(Array(body.readableBytesView))
            if answer.status >= 500 {
                call.logger.error(
                    "A tree head was not signed.",
                    metadata: ["error": "\(String(decoding: answer.body, as: UTF8.self))"])
            }
            return Response(
                status: HTTPResponse.Status(code: answer.status), headers: [.contentType: answer.type],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        var http = HTTPSettings()
        http.host = settings.host
        http.port = settings.port
        // It has nothing to keep from anybody, and signs for whoever asks.
        http.hostNames = ["*"]
        http.privateFolder = directory.path
        let application = WebApplication.make(routes: [route], settings: http, logger: logger) { channel in
            let port = channel.localAddress?.port ?? settings.port
            let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
            onListening("http://\(host):\(port)", witness.verifier)
        }
        let services = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await ServiceGroup(configuration: services).run()
        } catch is CancellationError {
            // It was told to end.
        } catch {
            throw ListenFailure(error, host: settings.host, port: settings.port) ?? error
        }
    }
}
