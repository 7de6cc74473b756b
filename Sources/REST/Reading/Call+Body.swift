package import API
import Application
import Foundation
import HTTPTypes
import Hummingbird
package import JSON
import NIOCore
import WebServer

/// Reading the bodies of requests.
extension Call {
    /// The body as a document and as the object that it was.
    ///
    /// - Throws: 413 when it is too large, 415 for another content type, 400 for a body that is not JSON, 422 for one that
    ///   is not this document.
    package func json<D: Document>(
        _ type: D.Type, of operation: API.Operation
    ) async throws -> (document: D, object: JSONObject) {
        try requireContentType(["application/json"])
        return try Self.parsed(try await body(of: operation))
    }

    /// The document of a request whose fields all have defaults; an empty body is one without fields.
    func optionalJSON<D: Document>(
        _ type: D.Type, of operation: API.Operation
    ) async throws -> (document: D, object: JSONObject) {
        guard request.headers[.contentLength] != "0", request.headers[.contentType] != nil else { return (D(), [:]) }
        return try await json(type, of: operation)
    }

    /// A report: JSON, or the event's own message in protobuf.
    func report(of operation: API.Operation) async throws -> (bytes: [UInt8], isProtobuf: Bool) {
        let type = try requireContentType(["application/json", "application/x-protobuf"])
        return (try await body(of: operation), type == "application/x-protobuf")
    }

    /// The document that `bytes` are.
    static func parsed<D: Document>(_ bytes: [UInt8]) throws -> (document: D, object: JSONObject) {
        let value = try JSONValue.parse(bytes)
        guard let object = value.objectValue else {
            throw FieldError("body", "must be a JSON object, not \(value.kindName)")
        }
        return (try D(value, strictly: true), object)
    }

    private func body(of operation: API.Operation) async throws -> [UInt8] {
        let coding = try ContentCoding(request.headers)
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: operation.bodyLimit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw APIError.tooLarge(limit: operation.bodyLimit)
        }
        return try coding.content(of: bytes, limit: operation.bodyLimit)
    }

    /// The content type of the request, one of `types`; the first when it says none.
    @discardableResult
    func requireContentType(_ types: [String]) throws(APIError) -> String {
        guard let text = request.headers[.contentType] else { return types[0] }
        let type = Self.essence(of: text)
        guard types.contains(type) else {
            throw APIError(
                .unsupportedMediaType, code: "unsupported_media_type",
                message: "This route accepts \(types.joined(separator: " or ")), not \(type).",
                details: ["accepted": .array(types.map { .string($0) })])
        }
        return type
    }

    /// The announced length of the body in bytes; nil when it comes in chunks.
    var announcedByteCount: Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// The origin of the upload that the request brings.
    func uploadSource(isLeased: Bool) -> UploadSource {
        UploadSource(client: context.clientAddress, byteCount: announcedByteCount, isLeased: isLeased)
    }

    /// A media type without its parameters, in lower case.
    static func essence(of type: String) -> String {
        type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    /// Requires that a file is announced with its length or in chunks, and comes as it is: what is stored is what was sent,
    /// and a packed one could be of any size.
    func requireFile() throws(APIError) {
        guard try ContentCoding(request.headers) == .identity else {
            throw ContentCoding.unsupported("A file is uploaded without Content-Encoding.", accepted: "identity")
        }
        guard request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil else {
            throw APIError(
                .lengthRequired, code: "length_required", message: "Send Content-Length or chunked Transfer-Encoding.")
        }
    }
}
