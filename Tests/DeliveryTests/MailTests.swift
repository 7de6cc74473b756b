import Application
import Delivery
import Foundation
import Testing
import Tracking

@Suite("Mails and mail servers")
struct MailTests {
    @Test("a mail has the headers and parts of the standards, whatever its words")
    func text() throws {
        let mail = WebhookMail(
            recipient: "me@example.org", subject: "PIVOT: größer\r\nBcc: x" + String(repeating: "ü", count: 40),
            messageID: "delivery_1_a", date: Timestamp(rawValue: 1_767_607_200_000_000), text: "Straße\n", html: "<p>")
        let lines = String(decoding: MailText(mail, from: "pivot@example.com").bytes, as: UTF8.self)
            .components(separatedBy: "\r\n")
        #expect(lines.contains("Message-ID: <delivery_1_a@example.com>"))
        #expect(lines.contains("Date: Mon, 05 Jan 2026 10:00:00 +0000"))
        #expect(lines.contains("U3RyYcOfZQo="))
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.allSatisfy { $0.utf8.count <= 998 && !$0.contains("\n") && $0.utf8.allSatisfy { $0 < 127 } })
        #expect(lines.filter { $0.hasPrefix("--=_delivery_1_a") }.count == 3)
        #expect(lines.filter { $0.contains("=?UTF-8?B?") }.count == 3)
    }

    @Test("an address says host, port, user and how to encrypt")
    func addresses() throws {
        func server(_ url: String, _ password: String? = nil) throws -> MailServer {
            try MailServer(url: url, sender: nil, security: nil, password: password)
        }
        let plain = try server("smtp://localhost")
        #expect((plain.port, plain.security, plain.sender) == (25, .none, "pivot@localhost"))
        let remote = try server("smtp://me@mail.example.org", "x")
        #expect((remote.port, remote.security, remote.sender) == (587, .starttls, "me@mail.example.org"))
        let tls = try server("smtps://me%40example.org:secret@mail.example.org")
        #expect((tls.port, tls.security, tls.sender, tls.password) == (465, .implicit, "me@example.org", "secret"))
        for url in ["http://mail.example.org", "smtp:", "smtp://me@mail.example.org", "mail.example.org"] {
            #expect(throws: MailServer.Fault.self) { try server(url) }
        }
    }
}
