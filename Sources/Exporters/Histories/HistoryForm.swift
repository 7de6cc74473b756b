import API
import HTTPTypes
import Hummingbird
import JSON
import WebServer

/// The form in which histories are written.
enum HistoryForm: String, CaseIterable {
    case json, csv, ndjson, npz

    /// The arrangement of rows.
    enum Layout: String, CaseIterable {
        /// A row for each point.
        case long
        /// A row for each place, with a column for each series; only of CSV.
        case wide
    }

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        case .npz: "application/x-npz"
        }
    }

    /// The form that the query names, or else the first that `Accept` names; JSON without both.
    ///
    /// - Throws: 406 when the client takes none of them.
    init(_ call: Call) throws {
        if let form: HistoryForm = try call.query.choice("format") {
            self = form
            return
        }
        let accepted = call.request.headers[values: .accept].flatMap { $0.split(separator: ",") }.map {
            $0.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        guard !accepted.isEmpty else {
            self = .json
            return
        }
        for type in accepted {
            if ["*/*", "application/*"].contains(type) {
                self = .json
                return
            }
            if let form = Self.allCases.first(where: { $0.contentType.prefix { $0 != ";" } == type }) {
                self = form
                return
            }
            if type == "text/*" {
                self = .csv
                return
            }
        }
        let types = Self.allCases.map { String($0.contentType.prefix { $0 != ";" }) }
        throw APIError(
            .notAcceptable, code: "not_acceptable",
            message:
                "Histories are answered as \(types.dropLast().joined(separator: ", ")) or \(types.last ?? ""), not as "
                + "\(accepted.joined(separator: ", ").prefix(200)). Ask for one of these, or name it in format.",
            details: ["accepted": .array(types.map { .string($0) })])
    }
}
