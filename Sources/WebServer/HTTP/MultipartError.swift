import HTTPTypes

/// The reason that a form could not be read.
package enum MultipartError: Error, Equatable, CustomStringConvertible {
    /// The body is not announced as `multipart/form-data`.
    case notMultipart
    /// The Content-Type names no boundary, or one that cannot be (1 to 70 characters).
    case badBoundary
    /// The body ended before the closing boundary.
    case unexpectedEnd
    /// Something other than a line end follows a boundary.
    case malformedBoundaryLine
    /// A part's headers cannot be read.
    case malformedHeader
    /// A part does not say which field it is.
    case missingName
    /// The bytes before the first part exceed the limit.
    case preambleTooLarge(limit: Int)
    /// A part's headers exceed the limit.
    case headerTooLarge(limit: Int)
    /// The form has more parts than the limit.
    case tooManyParts(limit: Int)
    /// A field's value exceeds the limit.
    case fieldTooLarge(name: String, limit: Int)
    /// A field's value is not UTF-8.
    case fieldNotText(name: String)

    package var description: String {
        switch self {
        case .notMultipart: "the body must be multipart/form-data"
        case .badBoundary: "the Content-Type of a form names a boundary of 1 to 70 characters"
        case .unexpectedEnd: "the form ended before its closing boundary; send all of it"
        case .malformedBoundaryLine: "a boundary of the form is followed by something else than a line end"
        case .malformedHeader: "the headers of a part of the form cannot be read"
        case .missingName: "a part of the form has no Content-Disposition with a name"
        case .preambleTooLarge(let limit): "more than \(limit) bytes stand before the form's first part"
        case .headerTooLarge(let limit): "the headers of a part of the form may have at most \(limit) bytes"
        case .tooManyParts(let limit): "a form may have at most \(limit) parts"
        case .fieldTooLarge(let name, let limit): "the field '\(name)' may have at most \(limit) bytes"
        case .fieldNotText(let name): "the field '\(name)' is not UTF-8"
        }
    }
}

extension MultipartError: HTTPErrorConvertible {
    package var apiError: APIError {
        switch self {
        case .notMultipart:
            APIError(.unsupportedMediaType, code: "unsupported_media_type", message: description)
        case .preambleTooLarge, .headerTooLarge, .tooManyParts:
            APIError(.contentTooLarge, code: "body_too_large", message: description)
        case .fieldTooLarge(let name, _), .fieldNotText(let name): .invalidField(name, description)
        case .badBoundary, .unexpectedEnd, .malformedBoundaryLine, .malformedHeader, .missingName:
            .malformed(description)
        }
    }
}
