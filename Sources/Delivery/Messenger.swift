package import Application
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Tracking

/// Sends what webhooks are told: by HTTP, and by mail where a mail server is configured.
///
/// Redirects are not followed, and of an answer only its head and some bytes are read.
package struct Messenger: WebhookSender {
    /// The time that a receiver has to answer.
    private static let timeout = TimeAmount.seconds(15)
    /// The most bytes of an answer that are read.
    private static let answerByteCount = 64 << 10
    /// The time that the name service has when a webhook is created.
    private static let lookupPatience = Duration.seconds(2)

    private let lookup: AddressLookup
    private let mailServer: MailServer?
    private let clients = ReceiverClients(timeout: Self.timeout)

    package init(policy: NetworkPolicy, mailServer: MailServer?) {
        lookup = AddressLookup(policy: policy)
        self.mailServer = mailServer
    }

    package var canMail: Bool { mailServer != nil }

    package func fault(ofAddress text: String) async -> String? {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            ["http", "https"].contains(url.scheme?.lowercased())
        else { return nil }
        let port = url.port ?? 80
        // A name that is not known now may be known later; what it leads to is looked at again before each delivery.
        let answers = AsyncStream<String?>.makeStream(bufferingPolicy: .bufferingOldest(1))
        // The system's function cannot be cancelled, so that it is not waited for.
        Task { answers.continuation.yield(await refusal(of: host, port: port)) }
        Task {
            try? await Task.sleep(for: Self.lookupPatience)
            answers.continuation.yield(nil)
        }
        for await answer in answers.stream { return answer }
        return nil
    }

    private func refusal(of host: String, port: Int) async -> String? {
        do throws(AddressLookup.Failure) {
            _ = try await lookup.address(of: host, port: port)
        } catch {
            guard case .refused(_, let address, let place) = error else { return nil }
            return "leads to \(place) (\(address)), which is not allowed. Name its network in the server's "
                + "webhooks.allowed_networks, or with serve --webhook-network, if it may be sent to"
        }
        return nil
    }

    package func post(_ request: WebhookRequest) async -> SendResult {
        let start = ContinuousClock.now
        func failed(_ error: String, isFinal: Bool = false) -> SendResult {
            SendResult(duration: ContinuousClock.now - start, error: error, isFinal: isFinal)
        }
        guard let url = URLComponents(string: request.url), let host = url.host, !host.isEmpty else {
            return failed("The address \(request.url) has no host.", isFinal: true)
        }
        let address: SocketAddress
        do throws(AddressLookup.Failure) {
            address = try await lookup.address(of: host, port: url.port ?? (url.scheme == "https" ? 443 : 80))
        } catch {
            return failed(error.description)
        }
        return await clients.with(host: host, address: address) { await send(request, by: $0, since: start) }
    }

    private func send(
        _ request: WebhookRequest, by client: HTTPClient, since start: ContinuousClock.Instant
    ) async -> SendResult {
        var message = HTTPClientRequest(url: request.url)
        message.method = .POST
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        message.body = .bytes(ByteBuffer(bytes: request.body))
        do {
            let answer = try await client.execute(message, timeout: Self.timeout)
            let duration = ContinuousClock.now - start
            var body = ""
            do {
                body = String(buffer: try await answer.body.collect(upTo: Self.answerByteCount))
            } catch {
                // What the receiver says beside its status only helps people.
                body = ""
            }
            let status = answer.status.code
            guard !(200..<300).contains(status) else {
                return SendResult(statusCode: UInt32(status), duration: duration)
            }
            var reason = "The receiver answered \(status)"
            if (300..<400).contains(status) {
                reason += ", a redirect, which is not followed; give the address that it leads to"
            }
            let words = body.prefix(200).filter { !$0.isNewline }
            if !words.isEmpty { reason += ": \(words)" }
            return SendResult(
                statusCode: UInt32(status), duration: duration, error: reason + ".",
                retryAfter: answer.headers.first(name: "Retry-After").flatMap { Self.wait($0) }, isFinal: status == 410)
        } catch {
            return SendResult(
                duration: ContinuousClock.now - start, error: "The receiver could not be reached: \(Self.words(error))."
            )
        }
    }

    /// The time that `Retry-After` says: seconds, or a date.
    static func wait(_ text: String) -> Duration? {
        if let seconds = Int(text.trimmingCharacters(in: .whitespaces)), seconds >= 0 {
            return .seconds(min(seconds, 1 << 31))
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { .seconds(max(0, $0.timeIntervalSinceNow)) }
    }

    private static func words(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            switch error {
            case .connectTimeout: return "the connection was not made in time"
            case .readTimeout, .deadlineExceeded: return "it did not answer in time"
            case .remoteConnectionClosed: return "it closed the connection without an answer"
            default: return "\(error)"
            }
        }
        return "\(error)"
    }

    package func mail(_ mail: WebhookMail) async -> SendResult {
        let start = ContinuousClock.now
        guard let mailServer else {
            return SendResult(
                duration: .zero, error: "No mail server is configured. Set smtp.url in the server's configuration.")
        }
        do {
            let code = try await SMTPClient(mailServer).send(try MailText(mail, from: mailServer.sender))
            return SendResult(statusCode: code, duration: ContinuousClock.now - start)
        } catch let error as SMTPError {
            return SendResult(
                statusCode: error.code, duration: ContinuousClock.now - start, error: error.description,
                isFinal: error.isFinal)
        } catch {
            return SendResult(
                duration: ContinuousClock.now - start,
                error: "The mail server \(mailServer.host):\(mailServer.port) could not be reached: \(error).")
        }
    }
}
