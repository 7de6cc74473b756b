import API
package import Application
import ExportFormats
import HTTPTypes
import Hummingbird
package import REST
import Tracking
import WebServer

/// Writes the points of sessions in the formats of other tools, batch by batch: what an answer takes does not grow with it.
///
/// The bytes are a function of the query and the position, so an answer that broke off can be gone on with: a `Range` is answered
/// by making the bytes again and leaving the first ones out. Where they end has to be said before, so they are made twice.
package struct ExportEndpoints: Sendable {
    private let tracker: Tracker

    package init(tracker: Tracker) { self.tracker = tracker }

    package var all: [Endpoint] { [Endpoint(.exportSession, export)] }

    @Sendable private func export(_ call: Call) async throws -> Response {
        let query = try ExportQuery(call)
        let freshness = try call.freshness()
        let condition = call.request.headers[.ifRange]
        let continued = condition.flatMap { query.position(of: $0) }
        // A part of other bytes than the client has would be of no use: then it gets all.
        let isPast = call.query.text("as_of") != nil
        let wantsPart = call.request.headers[.range] != nil && (condition == nil ? isPast : continued != nil)
        let asOf = isPast || !wantsPart ? nil : continued
        return try await tracker.reading(cost: .max) { longRead in
            let export = try await Export(query, tracker, asOf: asOf, freshness)
            let tag = query.tag(at: export.position)
            var headers: HTTPFields = [
                .contentType: query.contentType, .readPosition: export.position.description,
                .cacheControl: "no-store", .eTag: tag.headerValue, .acceptRanges: "bytes",
                .contentDisposition: ContentDisposition.attachment(query.fileName).headerValue,
            ]
            var skipped = 0
            var isPart = false
            if wantsPart {
                var sink = ExportSink()
                try await export.write(to: &sink)
                let range = try ByteRange.requested(
                    by: call.request.headers, byteCount: sink.byteCount, entityTag: tag)
                // Only what goes to the end is a part that was missing.
                if case .part(let part) = range, part.upperBound == sink.byteCount {
                    skipped = part.lowerBound
                    isPart = true
                    headers[.contentRange] = ByteRange.contentRange(part, of: sink.byteCount)
                }
            }
            var response = try await Response.written(headers, longRead) { [skipped] writer in
                var sink = ExportSink(writer, skipping: skipped)
                try await export.write(to: &sink)
                if let written = sink.finish() { writer = written }
            }
            if isPart { response.status = .partialContent }
            return response
        }
    }
}
