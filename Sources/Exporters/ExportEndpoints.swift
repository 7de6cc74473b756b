import API
package import Application
import HTTPTypes
import Hummingbird
package import REST
import Tracking
import WebServer

/// Writes the points of sessions in the formats of other tools, batch by batch: what an answer takes does not grow with it.
package struct ExportEndpoints: Sendable {
    private let tracker: Tracker

    package init(tracker: Tracker) { self.tracker = tracker }

    package var all: [Endpoint] { [Endpoint(.exportSession, export)] }

    @Sendable private func export(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let format = try format(call)
        let (allAttempts, asOf) = (try call.wantsAllAttempts(), try call.query.position("as_of"))
        let freshness = try call.freshness()
        return try await tracker.reading(cost: .max) { longRead in
            var cursor = try await tracker.queries.points(of: session, allAttempts: allAttempts, asOf: asOf, freshness)
            // The first batch is read before the answer begins, so that its errors are answers.
            let first = try await cursor.next()
            let headers: HTTPFields = [
                .contentType: format.contentType, .readPosition: cursor.position.description, .cacheControl: "no-store",
                .contentDisposition: ContentDisposition.attachment("\(session.text).\(format.name)").headerValue,
            ]
            return try await .written(headers, longRead) { [cursor] writer in
                var cursor = cursor
                var batch = first
                try await writer.write(format.head)
                while let points = batch {
                    try await writer.write(Self.bytes(of: points, session.text, format))
                    batch = try await cursor.next()
                }
            }
        }
    }

    private func format(_ call: Call) throws(FieldError) -> any PointFormat.Type {
        guard let name = call.query.text("format") else { throw FieldError("format", "is required") }
        guard let format = PointFormats.all.first(where: { $0.name == name }) else {
            let names = PointFormats.all.map { $0.name }.joined(separator: " or ")
            throw FieldError("format", "must be \(names), not '\(name)'")
        }
        return format
    }

    private static func bytes(
        of batch: PointCursor.Batch, _ session: String, _ format: any PointFormat.Type
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(batch.points.values.count * 100)
        let points = batch.points
        for index in points.values.indices {
            format.append(
                ExportedPoint(
                    session: session, metric: batch.metric, axis: points.axis.rawValue,
                    attempt: points.attempts[index], step: points.steps[index],
                    epoch: points.axis == .epoch ? points.epochs[index] : nil,
                    time: Timestamp(rawValue: points.times[index]), value: points.values[index]), to: &bytes)
        }
        return bytes
    }
}
