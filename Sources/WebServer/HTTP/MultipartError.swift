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
        case .notMultipart: "The body must be multipart/form-data."
        case .badBoundary: "The Content-Type of a form must name a boundary of 1 to 70 characters."
        case .unexpectedEnd: "The form ended before its closing boundary. Send all of it."
        case .malformedBoundaryLine: "A boundary of the form is followed by something other than a line end."
        case .malformedHeader: "The headers of a part of the form cannot be read."
        case .missingName: "A part of the form has no Content-Disposition with a name."
        case .preambleTooLarge(let limit): "There are more than \(limit) bytes before the form's first part."
        case .headerTooLarge(let limit): "The headers of a part of the form may have at most \(limit) bytes."
        case .tooManyParts(let limit): "A form may have at most \(limit) parts."
        case .fieldTooLarge(let name, let limit): "The field '\(name)' may have at most \(limit) bytes."
        case .fieldNotText(let name): "The field '\(name)' is not UTF-8."
        }
    }
}

extension MultipartError: HTTPErrorConvertible {
    package var apiError: APIError? {
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
