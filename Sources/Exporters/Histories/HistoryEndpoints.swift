import API
package import Application
import Compression
import HTTPTypes
import Hummingbird
import JSON
package import REST
import Tracking
import WebServer

/// The points of several metrics of several sessions in one answer, all as of one position of the log.
package struct HistoryEndpoints: Sendable {
    private let tracker: Tracker

    package init(tracker: Tracker) { self.tracker = tracker }

    package var all: [Endpoint] {
        [
            Endpoint(.getMetricHistories) { try await answer($0, try MetricHistoryRequest($0.query)) },
            Endpoint(.queryMetricHistories) { call in
                try await answer(
                    call, try await call.json(MetricHistoryRequest.self, of: .queryMetricHistories).document)
            },
        ]
    }

    private func answer(_ call: Call, _ request: MetricHistoryRequest) async throws -> Response {
        let question = try HistoryQuestion(request)
        let form = try HistoryForm(call)
        let layout: HistoryForm.Layout = try call.query.choice("layout") ?? .long
        let nonfinite = try call.query.nonfinite()
        guard layout == .long || form == .csv else {
            throw FieldError("layout", "can be wide with format=csv only, not with \(form.rawValue)")
        }
        guard layout == .long || question.statistics == nil else {
            throw FieldError("layout", "cannot be wide with aggregate: its statistics are columns already")
        }
        let isPast = call.query.text("as_of") != nil
        guard request.asOf == nil || !isPast else {
            throw FieldError("as_of", "stands in the body and in the query; give it in one of them")
        }
        let selection = try await tracker.queries.select(question.series, try call.freshness())
        var request = request
        if isPast { request.asOf = selection.position.rawValue }
        let tag = EntityTag(
            String(selection.mark, radix: 16) + "-" + form.rawValue + "-"
                + call.fingerprint(of: request), isWeak: true)
        var headers: HTTPFields = [
            .contentType: form.contentType, .readPosition: selection.position.description,
            .eTag: tag.headerValue, .cacheControl: "no-cache", .vary: "Accept, Accept-Encoding",
        ]
        if request.asOf != nil { headers[.asOfPosition] = selection.position.description }
        if tag.isHeld(by: call.request.headers) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        let history = HistoryAnswer(tracker.queries, selection, question)
        let wide = layout == .wide ? try WideTable(history) : nil
        return try await tracker.reading(cost: selection.cost) { longRead in
            try await .written(headers, longRead, coding: call.coding(form, isLong: longRead != nil)) { writer in
                if let wide { return try await wide.write(to: &writer) }
                switch form {
                case .json:
                    let document = HistoryDocument(
                        answer: history, isGrouped: question.statistics != nil, nonfinite: nonfinite)
                    try await document.write(to: &writer)
                case .csv, .ndjson:
                    let rows = HistoryRows(answer: history, isCSV: form == .csv, nonfinite: nonfinite)
                    try await rows.write(to: &writer)
                case .npz: try await HistoryArrays(answer: history).write(to: &writer)
                }
            }
        }
    }
}

extension Call {
    /// The coding of the answer: none of numbers in binary, which hardly shrink, and for clients on this machine no gzip of a
    /// long one, which would be slower than the connection.
    fileprivate func coding(_ form: HistoryForm, isLong: Bool) -> AnswerCoding? {
        guard form != .npz, let coding = AnswerCoding(acceptedBy: request.headers) else { return nil }
        return coding == .gzip && isLong && context.isLoopback ? nil : coding
    }

    /// What tells this request's answer from those of others about the same series.
    fileprivate func fingerprint(of request: MetricHistoryRequest) -> String {
        let text = request.encoded() + (query.text("layout") ?? "").utf8 + (query.text("nonfinite") ?? "").utf8
        return String(Zlib.crc32(text), radix: 16) + String(text.count, radix: 16)
    }
}
