package import JSON
package import TrackingClient

/// A verdict on a reproduction as people read it.
package struct ReproductionPresentation: Sendable {
    private let report: JSONValue

    /// - Parameter report: An element of a session's `reproductions`.
    package init(_ report: JSONValue) { self.report = report }

    /// The verdict; empty when there is none.
    package var verdict: String { report["verdict"]?.stringValue ?? "" }

    /// The newest verdict on `session` by its `attempt`; nil while there is none.
    package static func latest(on session: SessionInfo) -> ReproductionPresentation? {
        let attempt = session.json["attempt"]?.integerValue
        let report = session.json["reproductions"]?.arrayValue?.last {
            $0["reproduction_session_id"]?.stringValue == session.id && $0["attempt"]?.integerValue == attempt
        }
        return report.map { ReproductionPresentation($0) }
    }

    /// The sheet.
    package func lines(style: (String) -> String) -> [String] {
        var sheet = FactSheet()
        sheet.add("Verdict", title)
        sheet.add("", report["message"]?.stringValue)
        sheet.add("Original", report["original_session_id"]?.stringValue)
        sheet.add("Reproduction", report["reproduction_session_id"]?.stringValue)
        sheet.add(
            "Compared",
            "\(count("epochs_compared")) of \(count("through_epoch")) epochs' metrics, \(count("points_compared")) points by "
                + "step, \(count("checkpoints_compared")) checkpoints by digest")
        if let difference = report["first_difference"] { add(difference, to: &sheet) }
        if let largest = report["largest_relative_difference"]?.metricNumber, largest > 0 {
            sheet.add("Largest difference", "\(HumanFormat.number(largest)) of a value")
        }
        if let tolerance = report["tolerance"]?.doubleValue, tolerance > 0 {
            sheet.add("Tolerance", "\(tolerance) of a value")
        }
        for (index, fact) in (report["fact_differences"]?.arrayValue ?? []).enumerated() {
            sheet.add(
                index == 0 ? "Not the same" : "",
                "\(text(fact, "name")): \(text(fact, "original")) then, \(text(fact, "reproduced")) now")
        }
        return sheet.lines(nameStyle: style)
    }

    private var title: String {
        switch verdict {
        case "identical": "bit-identical"
        case "within_tolerance": "equal within the tolerance"
        case "differs": "different"
        default: verdict
        }
    }

    private func add(_ difference: JSONValue, to sheet: inout FactSheet) {
        let place = "epoch \(text(difference, "epoch")), step \(text(difference, "step"))"
        guard difference["place"]?.stringValue != "checkpoint" else {
            sheet.add("First difference", "\(place): the checkpoint")
            sheet.add("", "\(text(difference, "original_digest")) then")
            sheet.add("", "\(text(difference, "reproduced_digest")) now")
            return
        }
        let scope = difference["place"]?.stringValue == "epoch" ? " of the epoch" : ""
        sheet.add("First difference", "\(place): \(text(difference, "metric"))\(scope)")
        sheet.add("", "\(value(difference, "original_value")) then, \(value(difference, "reproduced_value")) now")
        if let absolute = difference["absolute"]?.metricNumber, let relative = difference["relative"]?.metricNumber {
            let sizes = "\(HumanFormat.number(absolute)), \(HumanFormat.number(relative)) of the value"
            sheet.add("", "a difference of \(sizes)")
        }
    }

    private func count(_ key: String) -> Int64 { report[key]?.integerValue ?? 0 }

    private func text(_ value: JSONValue, _ key: String) -> String {
        value[key]?.stringValue ?? value[key]?.integerValue.map { "\($0)" } ?? "-"
    }

    /// All digits, since two values may part in the last one.
    private func value(_ difference: JSONValue, _ key: String) -> String {
        difference[key]?.metricNumber.map { "\($0)" } ?? "nothing"
    }
}
