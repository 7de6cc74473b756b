package import NIOCore

/// Takes a form (`multipart/form-data`, RFC 7578 and RFC 2046) apart while it arrives, in pieces of any size.
///
/// Holds back at most a boundary's length of a part's bytes. What it yields does not depend on where the input was
/// split, except for how a part's bytes are cut.
package struct MultipartParser {
    private enum Phase {
        case preamble
        /// Behind a boundary: line end or `--`.
        case boundaryEnd
        case headers
        case body
        case finished
    }

    private let limits: MultipartLimits
    /// `\r\n--boundary`.
    private let delimiter: [UInt8]
    private let search: DelimiterSearch
    private var phase = Phase.preamble
    private var pending: ByteBuffer
    private var partCount = 0
    private var preambleByteCount = 0

    /// A parser for the form that `contentType` announces.
    ///
    /// - Throws: `.notMultipart`, `.badBoundary`.
    package init(contentType: String, limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        guard let parameters = HeaderParameters(contentType) else { throw .notMultipart }
        guard parameters.value.lowercased() == "multipart/form-data" else { throw .notMultipart }
        guard let boundary = parameters["boundary"], (1...70).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), boundary.last != " "
        else { throw .badBoundary }
        self.limits = limits
        delimiter = Array("\r\n--".utf8) + Array(boundary.utf8)
        search = DelimiterSearch(delimiter)
        // The first boundary may stand at the very beginning: give it the line end it is searched with.
        pending = ByteBuffer(bytes: [13, 10])
    }

    /// Takes the next bytes and returns what they complete.
    ///
    /// - Throws: when the form is malformed or exceeds a limit; the parser is of no use afterwards.
    package mutating func push(_ input: ByteBuffer) throws(MultipartError) -> [MultipartEvent] {
        var events: [MultipartEvent] = []
        guard phase != .finished else { return events }
        if pending.readableBytes == 0 {
            pending = input
        } else {
            pending.discardReadBytes()
            pending.writeImmutableBuffer(input)
        }
        while try step(&events) {}
        return events
    }

    /// Says that nothing more comes.
    ///
    /// - Throws: `.unexpectedEnd` when the closing boundary did not come.
    package func finish() throws(MultipartError) {
        guard phase == .finished else { throw .unexpectedEnd }
    }

    /// Does one thing with the pending bytes; false when more are needed.
    private mutating func step(_ events: inout [MultipartEvent]) throws(MultipartError) -> Bool {
        switch phase {
        case .finished: return false
        case .preamble:
            let (skipped, isFound) = takeUntilDelimiter()
            preambleByteCount += skipped?.readableBytes ?? 0
            guard preambleByteCount <= limits.maximumPreambleByteCount + 2 else {
                throw .preambleTooLarge(limit: limits.maximumPreambleByteCount)
            }
            if isFound { phase = .boundaryEnd }
            return isFound
        case .boundaryEnd: return try readBoundaryEnd(&events)
        case .headers: return try readHeaders(&events)
        case .body:
            let (bytes, isFound) = takeUntilDelimiter()
            if let bytes, bytes.readableBytes > 0 { events.append(.bytes(bytes)) }
            if isFound {
                events.append(.partEnd)
                phase = .boundaryEnd
            }
            return isFound
        }
    }

    /// Takes what stands before the next delimiter, and the delimiter when it is there; without it, keeps what may be
    /// its beginning.
    private mutating func takeUntilDelimiter() -> (ByteBuffer?, isFound: Bool) {
        switch pending.withUnsafeReadableBytes({ search.find(in: $0) }) {
        case .at(let offset):
            let bytes = pending.readSlice(length: offset)
            pending.moveReaderIndex(forwardBy: delimiter.count)
            return (bytes, true)
        case .possiblyAt(let offset):
            return (pending.readSlice(length: offset), false)
        }
    }

    private mutating func readBoundaryEnd(_ events: inout [MultipartEvent]) throws(MultipartError) -> Bool {
        // White space may follow a boundary on its line.
        while let byte = pending.getInteger(at: pending.readerIndex, as: UInt8.self), byte == 32 || byte == 9 {
            pending.moveReaderIndex(forwardBy: 1)
        }
        guard let first = pending.getInteger(at: pending.readerIndex, as: UInt8.self) else { return false }
        guard let second = pending.getInteger(at: pending.readerIndex + 1, as: UInt8.self),
            pending.readableBytes >= 2
        else {
            guard first == 13 || first == UInt8(ascii: "-") else { throw .malformedBoundaryLine }
            return false
        }
        pending.moveReaderIndex(forwardBy: 2)
        switch (first, second) {
        case (UInt8(ascii: "-"), UInt8(ascii: "-")):
            phase = .finished
            pending = ByteBuffer()
            events.append(.end)
            return false
        case (13, 10):
            phase = .headers
            return true
        default: throw .malformedBoundaryLine
        }
    }

    private mutating func readHeaders(_ events: inout [MultipartEvent]) throws(MultipartError) -> Bool {
        let view = pending.readableBytesView
        guard let end = Self.endOfHeaders(view) else {
            guard view.count <= limits.maximumHeaderByteCount else {
                throw .headerTooLarge(limit: limits.maximumHeaderByteCount)
            }
            return false
        }
        guard end <= limits.maximumHeaderByteCount else {
            throw .headerTooLarge(limit: limits.maximumHeaderByteCount)
        }
        partCount += 1
        guard partCount <= limits.maximumPartCount else { throw .tooManyParts(limit: limits.maximumPartCount) }
        guard let text = String(validating: view.prefix(end), as: UTF8.self) else { throw .malformedHeader }
        events.append(.part(try Self.part(headers: text)))
        pending.moveReaderIndex(forwardBy: end)
        phase = .body
        return true
    }

    /// The number of bytes of the headers and the blank line; nil when their end has not come.
    private static func endOfHeaders(_ view: ByteBufferView) -> Int? {
        var lineStart = view.startIndex
        while let newline = view[lineStart...].firstIndex(of: 10) {
            let length = newline - lineStart
            if length == 1 && view[lineStart] == 13 { return newline + 1 - view.startIndex }
            lineStart = newline + 1
        }
        return nil
    }

    private static func part(headers: String) throws(MultipartError) -> MultipartPart {
        var disposition: ContentDisposition?
        var contentType: String?
        for line in headers.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { throw .malformedHeader }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard let parsed = ContentDisposition(String(value)) else { throw .malformedHeader }
                disposition = parsed
            case "content-type": contentType = String(value)
            default: break
            }
        }
        guard let disposition, disposition.kind == "form-data", let name = disposition.name else { throw .missingName }
        return MultipartPart(name: name, fileName: disposition.fileName, contentType: contentType)
    }
}
