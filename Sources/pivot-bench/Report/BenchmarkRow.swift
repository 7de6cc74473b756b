import JSON

/// One line of the table: what was measured, and what it is to be compared with.
struct BenchmarkRow: Sendable {
    /// A limit of the machine, or another program doing the same, measured in the same run.
    struct Reference: Sendable {
        var what: String
        /// In the row's unit.
        var figure: Double
    }

    var section: String
    var what: String
    var figure: Double
    var unit: String
    var target: Target?
    var reference: Reference?

    /// The figure in units of the reference's; nil without one.
    var ratio: Double? {
        guard let reference, reference.figure != 0 else { return nil }
        return figure / reference.figure
    }

    /// True when the target was met; nil without one.
    var isMet: Bool? { target?.isMet(by: figure, ratio: ratio) }

    /// The row as a line of a Markdown table.
    var markdown: String {
        let cells = [
            what, Figure.text(figure), unit, target?.text ?? "", isMet.map { $0 ? "yes" : "no" } ?? "",
            reference.map { "\($0.what): \(Figure.text($0.figure))" } ?? "", ratio.map(Figure.text) ?? "",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// The row as a JSON object.
    var json: JSONValue {
        var object: JSONObject = [
            "section": .string(section), "what": .string(what), "figure": .number(figure), "unit": .string(unit),
        ]
        switch target {
        case .atLeast(let bound): object["target"] = ["at_least": .number(bound)]
        case .atMost(let bound): object["target"] = ["at_most": .number(bound)]
        case .atLeastRatio(let bound): object["target"] = ["ratio_at_least": .number(bound)]
        case nil: break
        }
        if let isMet { object["met"] = .bool(isMet) }
        if let reference {
            object["reference"] = ["what": .string(reference.what), "figure": .number(reference.figure)]
        }
        if let ratio { object["ratio"] = .number(ratio) }
        return .object(object)
    }
}
