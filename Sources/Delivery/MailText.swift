package import Application
package import Compression
import Foundation
import Tracking

/// A mail as it is sent (RFC 5322): one text and one HTML part (RFC 2046, `multipart/alternative`), both in base64, and with
/// curves their picture, which the HTML shows (RFC 2387, `multipart/related`). Words that are not ASCII are in headers as
/// RFC 2047 has them.
package struct MailText: Sendable {
    package let sender: String
    package let recipient: String
    package let bytes: [UInt8]

    /// Throws `.outOfMemory`.
    package init(_ mail: WebhookMail, from sender: String) throws(ZlibError) {
        self.sender = sender
        recipient = mail.recipient
        let domain = sender.split(separator: "@").last.map { String($0) } ?? "localhost"
        let id = "\(mail.messageID)@\(domain)"
        let picture = try CurvePicture(mail.curves)
        var html = mail.html
        if let picture, let end = html.range(of: "</body>", options: .backwards) {
            let shown = "<p><img src=\"cid:curves.\(id)\" alt=\"The curves of the session\"><br>\(picture.caption)</p>"
            html.insert(contentsOf: shown, at: end.lowerBound)
        }
        var body = Self.multipart(
            "alternative", "=_\(mail.messageID)",
            [Self.part("text/plain", mail.text), Self.part("text/html", html)])
        if let picture {
            let headers = [
                "Content-Type: image/png; name=\"curves.png\"", "Content-ID: <curves.\(id)>",
                "Content-Disposition: inline; filename=\"curves.png\"",
            ]
            body = Self.multipart(
                "related", "=_related_\(mail.messageID)", [body, Self.part(headers, Data(picture.file))])
        }
        let lines = [
            "From: PIVOT <\(sender)>", "To: <\(mail.recipient)>", "Subject: \(Self.header(mail.subject))",
            "Date: \(Self.date(mail.date.secondsSince1970))", "Message-ID: <\(id)>",
            "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
        ]
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n" + body).utf8)
    }

    /// Parts as one, each with its own headers.
    private static func multipart(_ kind: String, _ boundary: String, _ parts: [String]) -> String {
        "Content-Type: multipart/\(kind); boundary=\"\(boundary)\"\r\n\r\n"
            + parts.map { "--\(boundary)\r\n\($0)" }.joined() + "--\(boundary)--\r\n"
    }

    private static func part(_ type: String, _ content: String) -> String {
        part(["Content-Type: \(type); charset=utf-8"], Data(content.utf8))
    }

    private static func part(_ headers: [String], _ content: Data) -> String {
        let packed = content.base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return headers.joined(separator: "\r\n") + "\r\nContent-Transfer-Encoding: base64\r\n\r\n\(packed)\r\n"
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
