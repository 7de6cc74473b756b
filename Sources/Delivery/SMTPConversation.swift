import Foundation
import NIOCore

/// Commands and replies of one connection to a mail server.
struct SMTPConversation {
    /// The most bytes of a reply.
    private static let longestReply = 64 << 10

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let write: (String) async throws -> Void
    private var rest: [UInt8] = []

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        write: @escaping (String) async throws -> Void
    ) {
        self.inbound = inbound
        self.write = write
    }

    /// True when everything that came was read.
    var isEmpty: Bool { rest.isEmpty }

    /// Says hello, and returns what the server offers, in capitals.
    mutating func greet() async throws -> [String] {
        try await write("EHLO \(Self.ownName)\r\n")
        return try await reply("EHLO", 250).dropFirst().map { $0.uppercased() }
    }

    /// Sends a command; `step` names it in errors, which hold no secrets.
    mutating func command(_ text: String, _ step: String, _ code: UInt32) async throws {
        guard !text.contains(where: \.isNewline) else { throw SMTPError.broken(step: step) }
        try await write(text + "\r\n")
        try await expect(code, step)
    }

    mutating func expect(_ code: UInt32, _ step: String) async throws { _ = try await reply(step, code) }

    mutating func authenticate(_ user: String, _ password: String, _ offers: [String]) async throws {
        let methods = offers.filter { $0.hasPrefix("AUTH ") || $0.hasPrefix("AUTH=") }.flatMap {
            $0.dropFirst(5).split(separator: " ")
        }
        func coded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        if methods.contains("PLAIN") {
            try await command("AUTH PLAIN \(coded("\u{0}\(user)\u{0}\(password)"))", "AUTH", 235)
        } else if methods.contains("LOGIN") {
            try await command("AUTH LOGIN", "AUTH", 334)
            try await command(coded(user), "AUTH", 334)
            try await command(coded(password), "AUTH", 235)
        } else {
            throw SMTPError.missing("AUTH PLAIN or AUTH LOGIN")
        }
    }

    /// Sends the mail, which ends with a line break, and returns the code with which it was taken.
    mutating func send(_ mail: [UInt8]) async throws -> UInt32 {
        // A line that begins with a dot gets another one: a lone dot ends the mail (RFC 5321, section 4.5.2).
        let text = String(decoding: mail, as: UTF8.self).replacing("\r\n.", with: "\r\n..")
        try await write(text + ".\r\n")
        _ = try await reply("the mail", 250)
        return 250
    }

    /// The lines of the next reply without their codes.
    private mutating func reply(_ step: String, _ wanted: UInt32) async throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try await line(step)
            guard let code = UInt32(line.prefix(3)),
                line.count == 3 || line.dropFirst(3).first == " " || line.dropFirst(3).first == "-"
            else { throw SMTPError.broken(step: step) }
            lines.append(String(line.dropFirst(4)))
            guard line.dropFirst(3).first != "-" else { continue }
            guard code == wanted || wanted == 250 && code == 251 else {
                throw SMTPError.refused(step: step, code: code, text: lines.joined(separator: " "))
            }
            return lines
        }
    }

    private mutating func line(_ step: String) async throws -> String {
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = rest[..<end].last == 13 ? rest[..<(end - 1)] : rest[..<end]
                let text = String(decoding: line, as: UTF8.self)
                rest.removeSubrange(...end)
                return text
            }
            guard rest.count < Self.longestReply, let buffer = try await inbound.next() else {
                throw SMTPError.broken(step: step)
            }
            rest += buffer.readableBytesView
        }
    }

    /// The name under which it greets: this host's, as far as it is one that SMTP allows.
    private static let ownName: String = {
        let name = ProcessInfo.processInfo.hostName
        let isPlain =
            !name.isEmpty
            && name.utf8.allSatisfy {
                ($0 >= 48 && $0 <= 57) || ($0 | 32 >= 97 && $0 | 32 <= 122) || $0 == 45 || $0 == 46
            }
        return isPlain ? name : "localhost"
    }()
}
