package import Hummingbird
package import NIOCore

/// Reads a form from a request's body, part by part, holding one piece of it at a time.
///
/// ```
/// var form = try MultipartReader(request)
/// while let part = try await form.nextPart() {
///     if part.fileName == nil { fields[part.name] = try await form.field() }
///     else { while let bytes = try await form.nextBytes() { … } }
/// }
/// ```
package struct MultipartReader {
    private let limits: MultipartLimits
    private var parser: MultipartParser
    private var body: RequestBody.AsyncIterator
    private var events: ArraySlice<MultipartEvent> = []
    private var current: MultipartPart?
    private var isAtEnd = false

    /// A reader of the form that `request` brings.
    ///
    /// - Throws: `MultipartError.notMultipart` and `.badBoundary`.
    package init(_ request: Request, limits: MultipartLimits = MultipartLimits()) throws {
        try self.init(
            body: request.body, contentType: request.headers[.contentType] ?? "", limits: limits)
    }

    /// A reader of `body`, which has the given Content-Type.
    package init(
        body: RequestBody, contentType: String, limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) {
        self.limits = limits
        parser = try MultipartParser(contentType: contentType, limits: limits)
        self.body = body.makeAsyncIterator()
    }

    /// The next part; what is left of the one before is skipped. Nil at the end of the form.
    ///
    /// - Throws: `MultipartError`, and what reading the body throws.
    package mutating func nextPart() async throws -> MultipartPart? {
        while let event = try await nextEvent() {
            if case .part(let part) = event {
                current = part
                return part
            }
        }
        return nil
    }

    /// The next bytes of the current part; nil when it is complete.
    package mutating func nextBytes() async throws -> ByteBuffer? {
        guard current != nil, let event = try await nextEvent() else { return nil }
        switch event {
        case .bytes(let buffer): return buffer
        case .partEnd, .part, .end:
            current = nil
            return nil
        }
    }

    /// The current part's whole value as text.
    ///
    /// - Throws: `MultipartError.fieldTooLarge`, `.fieldNotText`.
    package mutating func field() async throws -> String {
        let name = current?.name ?? ""
        var value = ByteBuffer()
        while var bytes = try await nextBytes() {
            value.writeBuffer(&bytes)
            guard value.readableBytes <= limits.maximumFieldByteCount else {
                throw MultipartError.fieldTooLarge(name: name, limit: limits.maximumFieldByteCount)
            }
        }
        guard let text = String(validating: value.readableBytesView, as: UTF8.self) else {
            throw MultipartError.fieldNotText(name: name)
        }
        return text
    }

    private mutating func nextEvent() async throws -> MultipartEvent? {
        while true {
            if let event = events.popFirst() { return event }
            guard !isAtEnd else { return nil }
            if let buffer = try await body.next() {
                events = try parser.push(buffer)[...]
            } else {
                isAtEnd = true
                try parser.finish()
            }
        }
    }
}
