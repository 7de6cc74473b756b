import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Sends one mail in one conversation (RFC 5321), with STARTTLS (RFC 3207) or TLS from the first byte, and AUTH PLAIN
/// (RFC 4616) or LOGIN.
struct SMTPClient: Sendable {
    /// The time that the whole conversation may take.
    private static let patience = 60
    private static let connectTimeout = TimeAmount.seconds(15)

    private let server: MailServer

    init(_ server: MailServer) { self.server = server }

    /// Returns the code with which the server took the mail: it is then responsible for it.
    func send(_ mail: MailText) async throws -> UInt32 {
        try await withThrowingTaskGroup(of: UInt32.self) { group in
            group.addTask { try await converse(mail) }
            group.addTask {
                try await Task.sleep(for: .seconds(Self.patience))
                throw SMTPError.tooSlow(seconds: Self.patience)
            }
            defer { group.cancelAll() }
            guard let code = try await group.next() else { throw SMTPError.broken(step: "the connection") }
            return code
        }
    }

    private func converse(_ mail: MailText) async throws -> UInt32 {
        let context = try server.security == .none ? nil : tlsContext()
        let isImplicit = server.security == .implicit
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(Self.connectTimeout)
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isImplicit, let context { try channel.pipeline.syncOperations.addHandler(tlsHandler(context)) }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var talk = SMTPConversation(inbound.makeAsyncIterator()) {
                try await outbound.write(ByteBuffer(string: $0))
            }
            try await talk.expect(220, "the greeting")
            var offers = try await talk.greet()
            if server.security == .starttls, let context {
                guard offers.contains("STARTTLS") else { throw SMTPError.missing("STARTTLS") }
                try await talk.command("STARTTLS", "STARTTLS", 220)
                // What came with the answer was not encrypted: whoever is between may have sent it.
                guard talk.isEmpty else { throw SMTPError.broken(step: "STARTTLS") }
                let added = channel.channel.eventLoop.submit {
                    try channel.channel.pipeline.syncOperations.addHandler(tlsHandler(context), position: .first)
                }
                try await added.get()
                offers = try await talk.greet()
            }
            if let user = server.user { try await talk.authenticate(user, server.password ?? "", offers) }
            try await talk.command("MAIL FROM:<\(mail.sender)>", "MAIL FROM", 250)
            try await talk.command("RCPT TO:<\(mail.recipient)>", "RCPT TO", 250)
            try await talk.command("DATA", "DATA", 354)
            let code = try await talk.send(mail.bytes)
            // The mail is the server's now, whatever becomes of the farewell.
            try? await talk.command("QUIT", "QUIT", 221)
            return code
        }
    }

    private func tlsContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = server.authorityFile { configuration.trustRoots = .file(file) }
        return try NIOSSLContext(configuration: configuration)
    }

    private func tlsHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: server.host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : server.host)
    }
}
