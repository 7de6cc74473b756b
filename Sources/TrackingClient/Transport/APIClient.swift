import API
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The API of one server, typed.
///
/// Requests that the server answers alike when repeated are sent again by the configuration's policy; every POST
/// has an idempotency key. Whoever makes a client shuts it down when all its requests are done.
package struct APIClient: Sendable {
    /// The settings by which it talks to its server.
    package internal(set) var configuration: ClientConfiguration
    let http: HTTPClient
    let clock: any Clock<Duration>
    let random: @Sendable () -> UInt64
    /// The token of an attempt's lease, when requests are made on its behalf.
    var lease: String?

    /// A client of the configuration's server. `clock` measures the waits between attempts; `random` gives the jitter
    /// and the idempotency keys.
    package init(
        _ configuration: ClientConfiguration, clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.configuration = configuration
        self.clock = clock
        self.random = random
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.idleTimeout),
                write: TimeAmount(configuration.idleTimeout)))
        settings.httpVersion = .http1Only
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.idleTimeout = .seconds(30)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// Closes the connections. No request may be under way.
    package func shutDown() async throws(ClientError) {
        do {
            try await http.shutdown()
        } catch {
            throw .transport(error, address: configuration.address, request: "shutting down the client")
        }
    }

    /// A fresh idempotency key.
    package func newCommandID() -> String {
        "cmd_" + String(random(), radix: 16) + String(random(), radix: 16)
    }

    // MARK: Requests

    /// The document that answers `operation`, asked with the values of its path's parameters and `document` as its body.
    ///
    /// What takes an idempotency key gets `command`, or a fresh one.
    func ask<Answer: Document>(
        _ operation: API.Operation, _ path: String..., query: [(String, String?)] = [],
        sending document: (any Document)? = nil, command: String? = nil
    ) async throws(ClientError) -> Answer {
        var request = APIRequest(operation, path, query: query)
        if let document { request.body = .bytes(document.encoded(), contentType: "application/json") }
        return try await answer(to: request, command: command)
    }

    /// The document that answers `request`; what takes an idempotency key gets `command`, or a fresh one.
    func answer<Answer: Document>(
        to request: APIRequest, command: String? = nil
    ) async throws(ClientError) -> Answer {
        var request = request
        if request.operation.isIdempotent {
            request.headers.append(("Idempotency-Key", command ?? newCommandID()))
        }
        return try Answer(
            parsing: try await bytes(request), named: "The answer of \(configuration.address) to \(request.name)")
    }

    /// The bytes that answer `request`; at most 256 MiB.
    func bytes(_ request: APIRequest) async throws(ClientError) -> [UInt8] {
        try await perform(request) { response throws(ClientError) in try await collect(response, request: request) }
    }

    /// Sends `request` until `receive` has taken its answer, by the policy. Answers outside 200 to 299 are thrown as
    /// refusals.
    func perform<Result: Sendable>(
        _ request: APIRequest, receive: (HTTPClientResponse) async throws(ClientError) -> Result
    ) async throws(ClientError) -> Result {
        var attempt = 1
        while true {
            let failure: ClientError
            do throws(ClientError) {
                return try await receive(try await send(request))
            } catch {
                failure = error
            }
            let delay = configuration.retries.delay(
                afterAttempt: attempt, failedWith: failure, isRepeatable: request.isRepeatable, random: jitter())
            guard let delay else { throw failure }
            try await wait(delay)
            attempt += 1
        }
    }

    /// One attempt: the head of an answer with a status from 200 to 299; its body has yet to be read.
    func send(_ request: APIRequest) async throws(ClientError) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            let deadline = request.headTimeout.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
            response = try await http.execute(outgoing(request), deadline: deadline)
        } catch {
            throw .transport(error, address: configuration.address, request: request.name)
        }
        guard (200..<300).contains(response.status.code) else {
            let body = try await collect(response, request: request)
            throw .refusal(
                status: Int(response.status.code), body: body, retryAfter: response.headers.first(name: "Retry-After"),
                request: request.name)
        }
        return response
    }

    /// Waits by the client's clock, or throws `cancelled`.
    package func pause(_ delay: Duration) async throws(ClientError) { try await wait(delay) }

    /// Waits, or throws `cancelled`.
    func wait(_ delay: Duration) async throws(ClientError) {
        do {
            try await clock.sleep(for: delay)
        } catch {
            throw ClientError(.cancelled, "The wait before another attempt was cancelled.")
        }
    }

    /// Uniform in 0..<1.
    func jitter() -> Double { Double(random() >> 11) / Double(1 << 53) }

    /// The operations that may make the server start a program that it starts for its own user only.
    private static let ownersOperations: Set<String> = [Operation.createSession.id, Operation.reproduceSession.id]

    private func outgoing(_ request: APIRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: configuration.address.text + request.target)
        outgoing.method = HTTPMethod(rawValue: request.operation.method.rawValue)
        outgoing.headers.add(name: "User-Agent", value: "pivot")
        outgoing.headers.add(name: "Accept", value: "application/json, */*;q=0.5")
        if let lease {
            outgoing.headers.add(name: "Authorization", value: "Lease " + lease)
        } else if Self.ownersOperations.contains(request.operation.id), let secret = configuration.ownerSecret?() {
            outgoing.headers.add(name: "Authorization", value: "Local " + secret)
        }
        for (name, value) in request.headers { outgoing.headers.replaceOrAdd(name: name, value: value) }
        switch request.body {
        case .none: break
        case .bytes(let bytes, let contentType):
            outgoing.headers.add(name: "Content-Type", value: contentType)
            outgoing.body = .bytes(ByteBuffer(bytes: bytes))
        case .stream(let chunks, let contentType):
            outgoing.headers.add(name: "Content-Type", value: contentType)
            outgoing.body = .stream(chunks, length: .known(chunks.byteCount))
        }
        return outgoing
    }

    private func collect(_ response: HTTPClientResponse, request: APIRequest) async throws(ClientError) -> [UInt8] {
        do {
            var body = try await response.body.collect(upTo: APIClient.maximumDocumentByteCount)
            return body.readBytes(length: body.readableBytes) ?? []
        } catch is NIOTooManyBytesError {
            throw ClientError(
                .unexpectedAnswer,
                "The answer to \(request.name) is larger than 256 MiB. Ask for less with a limit.")
        } catch {
            throw .transport(error, address: configuration.address, request: request.name)
        }
    }

    private static let maximumDocumentByteCount = 256 << 20
}
