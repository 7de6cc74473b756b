import NIOCore
import Testing
import WebServer

@Suite("Multipart parser")
struct MultipartParserTests {
    static let contentType = "multipart/form-data; boundary=XyZ"

    /// A part with its bytes joined, so that forms can be compared however they were cut.
    struct Field: Equatable {
        var part: MultipartPart
        var bytes: [UInt8] = []
    }

    /// The fields of a form that comes in pieces cut at `cuts`.
    static func parse(
        _ form: [UInt8], cuts: [Int] = [], contentType: String = contentType,
        limits: MultipartLimits = MultipartLimits()
    ) throws -> [Field] {
        var parser = try MultipartParser(contentType: contentType, limits: limits)
        var fields: [Field] = []
        var isOpen = false
        var isEnded = false
        let edges = [0] + cuts + [form.count]
        for (start, end) in zip(edges, edges.dropFirst()) {
            for event in try parser.push(ByteBuffer(bytes: form[start..<end])) {
                #expect(!isEnded)
                switch event {
                case .part(let part):
                    #expect(!isOpen)
                    isOpen = true
                    fields.append(Field(part: part))
                case .bytes(let buffer):
                    #expect(isOpen && buffer.readableBytes > 0)
                    fields[fields.count - 1].bytes += buffer.readableBytesView
                case .partEnd:
                    #expect(isOpen)
                    isOpen = false
                case .end: isEnded = true
                }
            }
        }
        try parser.finish()
        return fields
    }

    static let form = Array(
        ("a preamble\r\n--XyZ\r\nContent-Disposition: form-data; name=\"session_id\"\r\n\r\nsess_1\r\n"
            + "--XyZ \t\r\nContent-Type: application/octet-stream\r\n"
            + "content-disposition:form-data; filename=\"a \\\"b\\\".pth\"; name=file\r\nX-Other: x\r\n\r\n"
            + "\r\n--Xy\r\n--XyA\r--XyZ\r\n\r\n--X\0\u{FF}-\r\n\r\n--XyZ\r\n"
            + "Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--XyZ--\r\nepilogue --XyZ").utf8)

    static let fields = [
        Field(part: MultipartPart(name: "session_id"), bytes: Array("sess_1".utf8)),
        Field(
            part: MultipartPart(name: "file", fileName: "a \"b\".pth", contentType: "application/octet-stream"),
            bytes: Array("\r\n--Xy\r\n--XyA\r--XyZ\r\n\r\n--X\0\u{FF}-\r\n".utf8)),
        Field(part: MultipartPart(name: "empty")),
    ]

    @Test("a form is the same wherever its bytes are cut in two")
    func everyCut() throws {
        for cut in 0...Self.form.count {
            #expect(try Self.parse(Self.form, cuts: [cut]) == Self.fields)
        }
    }

    @Test("a form is the same byte by byte, and at any three cuts", arguments: 1...20 as ClosedRange<UInt64>)
    func manyCuts(seed: UInt64) throws {
        #expect(try Self.parse(Self.form, cuts: Array(1..<Self.form.count)) == Self.fields)
        var state = seed
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % Self.form.count
        }
        for _ in 0..<50 {
            #expect(try Self.parse(Self.form, cuts: [next(), next(), next()].sorted()) == Self.fields)
        }
    }

    @Test("file names come in UTF-8 by either way, and any characters are kept")
    func fileNames() throws {
        for (header, name) in [
            ("filename=\"模型.pth\"", "模型.pth"), ("filename=\"x\"; filename*=UTF-8''%E6%A8%A1%20a.pth", "模 a.pth"),
            ("filename*=utf-8'en'a%2Fb", "a/b"), ("filename=\"C:\\dir\\a.pth\"", "C:\\dir\\a.pth"),
            ("filename=\"a;b=c\"", "a;b=c"), ("filename=", ""), ("filename*=latin1''a; filename=b", "b"),
        ] {
            let form = "--XyZ\r\nContent-Disposition: form-data; name=f; \(header)\r\n\r\n\r\n--XyZ--"
            #expect(try Self.parse(Array(form.utf8)).first?.part.fileName == name)
        }
    }

    @Test(
        "forms that are none are refused",
        arguments: [
            ("text/plain", "", MultipartError.notMultipart), ("", "", .notMultipart),
            ("multipart/mixed; boundary=x", "", .notMultipart), ("multipart/form-data", "", .badBoundary),
            ("multipart/form-data; boundary=\"\"", "", .badBoundary),
            ("multipart/form-data; boundary=" + String(repeating: "b", count: 71), "", .badBoundary),
            (contentType, "", .unexpectedEnd), (contentType, "--XyZ", .unexpectedEnd),
            (contentType, "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nabc", .unexpectedEnd),
            (contentType, "--XyZ-\r\n", .malformedBoundaryLine), (contentType, "--XyZa\r\n", .malformedBoundaryLine),
            (contentType, "--XyZ\r\n\r\nabc\r\n--XyZ--", .missingName),
            (contentType, "--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--XyZ--", .missingName),
            (contentType, "--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--XyZ--", .malformedHeader),
            (contentType, "--XyZ\r\nno colon\r\n\r\n\r\n--XyZ--", .malformedHeader),
        ])
    func refusals(contentType: String, form: String, error: MultipartError) {
        #expect(throws: error) { try Self.parse(Array(form.utf8), contentType: contentType) }
    }

    @Test("limits are kept: preamble, headers and parts")
    func limits() throws {
        var limits = MultipartLimits()
        limits.maximumPreambleByteCount = 10
        #expect(throws: MultipartError.preambleTooLarge(limit: 10)) {
            try Self.parse(Array("01234567890123456789\r\n--XyZ--".utf8), limits: limits)
        }
        limits = MultipartLimits()
        limits.maximumHeaderByteCount = 60
        let header = "--XyZ\r\nContent-Disposition: form-data; name=a\r\nX: "
        #expect(throws: MultipartError.headerTooLarge(limit: 60)) {
            try Self.parse(Array((header + String(repeating: "x", count: 60)).utf8), limits: limits)
        }
        limits = MultipartLimits()
        limits.maximumPartCount = 2
        let part = "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n"
        #expect(try Self.parse(Array((part + part + "--XyZ--").utf8), limits: limits).count == 2)
        #expect(throws: MultipartError.tooManyParts(limit: 2)) {
            try Self.parse(Array((part + part + part + "--XyZ--").utf8), limits: limits)
        }
    }

    @Test("no bytes make the parser trap", arguments: 1...40 as ClosedRange<UInt64>)
    func anyBytes(seed: UInt64) throws {
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<50 {
            var form = Self.form
            for _ in 0...next(8) { form[next(form.count)] = UInt8(next(256)) }
            do {
                _ = try Self.parse(form, cuts: [next(form.count), next(form.count)].sorted())
            } catch is MultipartError {
                continue
            }
        }
    }
}
