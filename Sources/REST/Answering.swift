import API
import Application
package import HTTPTypes
import Hummingbird
import JSON
import Tracking
import WebServer

extension Response {
    /// A document.
    static func document(
        _ document: some Document, status: HTTPResponse.Status = .ok, nonfinite: NonfiniteStyle = .string,
        headers: HTTPFields = [:]
    ) -> Response {
        .json(document.encoded(nonfinite: nonfinite), status: status, headers: headers)
    }

    /// A document made of what was read, with the position that it shows.
    static func read<Value>(
        _ answer: Queries.Answer<Value>, nonfinite: NonfiniteStyle = .string, _ make: (Value) -> some Document
    ) -> Response {
        .document(
            make(answer.value), nonfinite: nonfinite, headers: [.readPosition: answer.position.description])
    }

    /// A document made of what was written, with the position of its last event.
    ///
    /// - Parameter location: Where what was created is found.
    static func written<Value>(
        _ written: Written<Value>, status: HTTPResponse.Status = .ok, location: String? = nil,
        _ make: (Value) -> some Document
    ) -> Response {
        var headers: HTTPFields = [.logPosition: written.position.description]
        headers[.location] = location
        return .document(make(written.value), status: status, headers: headers)
    }
}

extension HTTPFields {
    /// Those of a document that shows `position`.
    static func json(at position: LogPosition) -> HTTPFields {
        [.contentType: "application/json", .readPosition: position.description]
    }
}

extension HTTPField.Name {
    /// `X-Log-Position`: where the last event of a write stands.
    static var logPosition: HTTPField.Name { HTTPField.Name("X-Log-Position")! }
    /// `X-As-Of-Position`: the position of the past moment that an answer shows.
    package static var asOfPosition: HTTPField.Name { HTTPField.Name("X-As-Of-Position")! }
    /// `X-Read-Position`: where the read models stood for an answer.
    package static var readPosition: HTTPField.Name { HTTPField.Name("X-Read-Position")! }
}
