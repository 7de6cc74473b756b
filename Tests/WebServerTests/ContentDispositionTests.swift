import Testing
import WebServer

@Suite("Content-Disposition")
struct ContentDispositionTests {
    @Test(
        "a download's name is safe in ASCII and whole in UTF-8",
        arguments: [
            ("model.pth", "attachment; filename=\"model.pth\""),
            ("../../etc/passwd", "attachment; filename=\"passwd\""),
            ("a\r\nSet-Cookie: b", "attachment; filename=\"aSet-Cookie: b\""),
            ("", "attachment; filename=\"download\""), ("..", "attachment; filename=\"download\""),
            ("C:\\x\\y.bin", "attachment; filename=\"y.bin\""),
            ("a\"b", "attachment; filename=\"a_b\"; filename*=UTF-8''a%22b"),
            ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
            ("é.bin", "attachment; filename=\"_.bin\"; filename*=UTF-8''%C3%A9.bin"),
            ("\u{202E}gpj.exe", "attachment; filename=\"gpj.exe\""),
        ])
    func names(name: String, header: String) {
        #expect(ContentDisposition.attachment(name).headerValue == header)
    }

    @Test("a name that was written is read again", arguments: ["a.pth", "é \"x\" %41.bin", "模型", "a;b=c"])
    func roundTrip(name: String) throws {
        let header = ContentDisposition.attachment(name).headerValue
        #expect(ContentDisposition(header)?.fileName == name)
    }

    @Test("a name has at most 255 bytes")
    func longNames() {
        #expect(ContentDisposition.sanitized(String(repeating: "é", count: 1000)).utf8.count == 254)
    }
}
