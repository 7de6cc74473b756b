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
        let lines = String(decoding: try MailText(mail, from: "pivot@example.com").bytes, as: UTF8.self)
            .components(separatedBy: "\r\n")
        #expect(lines.contains("Message-ID: <delivery_1_a@example.com>"))
        #expect(lines.contains("Date: Mon, 05 Jan 2026 10:00:00 +0000"))
        #expect(lines.contains("U3RyYcOfZQo="))
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.allSatisfy { $0.utf8.count <= 998 && !$0.contains("\n") && $0.utf8.allSatisfy { $0 < 127 } })
        #expect(lines.filter { $0.hasPrefix("--=_delivery_1_a") }.count == 3)
        #expect(lines.filter { $0.contains("=?UTF-8?B?") }.count == 3)
    }

    @Test("curves are drawn as a picture that the mail shows, with names that stay text")
    func curves() throws {
        var mail = WebhookMail(
            recipient: "me@example.org", subject: "PIVOT", messageID: "delivery_1_a", date: Timestamp(rawValue: 0),
            text: "", html: "<html><body></body></html>")
        mail.curves = [
            .init(name: "<loss>", points: [(1, 4), (2, .nan), (3, 1), (4, .infinity), (5, 2)]),
            .init(name: "one point", points: [(1, 1)]),
        ]
        let text = String(decoding: try MailText(mail, from: "pivot@example.com").bytes, as: UTF8.self)
        #expect(text.contains("Content-Type: multipart/related; boundary=\"=_related_delivery_1_a\""))
        #expect(text.contains("Content-ID: <curves.delivery_1_a@example.com>"))
        let parts = text.components(separatedBy: "\r\n\r\n")
        let html = parts.compactMap { part in
            Data(base64Encoded: part.components(separatedBy: "\r\n--")[0], options: .ignoreUnknownCharacters)
        }
        .map { String(decoding: $0, as: UTF8.self) }.first { $0.contains("cid:") }
        let caption = try #require(html)
        #expect(caption.contains("&lt;loss&gt;") && !caption.contains("<loss>") && !caption.contains("one point"))
        #expect(caption.contains("1 to 5") && caption.contains("1 to 4"))
        #expect(text.contains("iVBORw0KGgo"))
    }

    @Test("of curves without two numbers there is no picture")
    func nothingToDraw() throws {
        let curves = [WebhookMail.Curve(name: "a", points: [(1, 1)]), .init(name: "b", points: [(1, .nan), (2, 1)])]
        #expect(try CurvePicture(curves) == nil)
        #expect(try CurvePicture([]) == nil)
        #expect(try CurvePicture([.init(name: "a", points: [(1, 2), (1, 2)])]) != nil)
        #expect(
            try CurvePicture([
                .init(name: "a", points: [(.min + 1, -.greatestFiniteMagnitude), (.max - 1, .greatestFiniteMagnitude)])
            ]) != nil)
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
