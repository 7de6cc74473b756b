package import Application
import Foundation
import Tracking

/// A mail as it is sent (RFC 5322): one text and one HTML part (RFC 2046, `multipart/alternative`), both in base64, words that
/// are not ASCII in headers as RFC 2047 has them.
package struct MailText: Sendable {
    package let sender: String
    package let recipient: String
    package let bytes: [UInt8]

    package init(_ mail: WebhookMail, from sender: String) {
        self.sender = sender
        recipient = mail.recipient
        let domain = sender.split(separator: "@").last.map { String($0) } ?? "localhost"
        let boundary = "=_\(mail.messageID)"
        let lines = [
            "From: PIVOT <\(sender)>", "To: <\(mail.recipient)>", "Subject: \(Self.header(mail.subject))",
            "Date: \(Self.date(mail.date.secondsSince1970))", "Message-ID: <\(mail.messageID)@\(domain)>",
            "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "", "--\(boundary)",
        ]
        var text = lines.joined(separator: "\r\n") + "\r\n"
        text += Self.part("text/plain", mail.text) + "--\(boundary)\r\n" + Self.part("text/html", mail.html)
        text += "--\(boundary)--\r\n"
        bytes = Array(text.utf8)
    }

    private static func part(_ type: String, _ content: String) -> String {
        let packed = Data(content.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return "Content-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\(packed)\r\n"
    }

    /// A header's text in words of at most 75 characters, each a line.
    static func header(_ text: String) -> String {
        let plain = String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
        guard !plain.utf8.allSatisfy({ $0 < 127 }) || plain.utf8.count > 900 else { return plain }
        var words: [String] = []
        var word = ""
        for character in plain {
            // 45 bytes make 60 characters of base64, beside "=?UTF-8?B?" and "?=".
            if word.utf8.count + String(character).utf8.count > 45 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        words.append(word)
        return words.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func date(_ seconds: Double) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return format.string(from: Date(timeIntervalSince1970: seconds))
    }
}
