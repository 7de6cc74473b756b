package import API

/// A verdict on a reproduction as people read it.
package struct ReproductionPresentation: Sendable {
    private let report: ReproductionVerdictInfo

    package init(_ report: ReproductionVerdictInfo) { self.report = report }

    /// The sheet.
    package func lines(style: (String) -> String) -> [String] {
        var sheet = FactSheet()
        sheet.add("Verdict", title)
        sheet.add("", report.message)
        sheet.add("Original", report.originalSessionID)
        sheet.add("Reproduction", report.reproductionSessionID)
        sheet.add(
            "Compared",
            "\(report.epochsCompared) of \(report.throughEpoch) epochs' metrics, \(report.pointsCompared) points by "
                + "step, \(report.checkpointsCompared) checkpoints by digest")
        if let difference = report.firstDifference { add(difference, to: &sheet) }
        if report.largestRelativeDifference > 0 {
            sheet.add("Largest difference", "\(HumanFormat.number(report.largestRelativeDifference)) (relative)")
        }
        if report.tolerance > 0 { sheet.add("Tolerance", "\(report.tolerance) (relative)") }
        for (index, fact) in report.factDifferences.enumerated() {
            sheet.add(
                index == 0 ? "Not the same" : "", "\(fact.name): \(fact.original) then, \(fact.reproduced) now")
        }
        return sheet.lines(nameStyle: style)
    }

    private var title: String {
        switch report.verdict {
        case "identical": "bit-identical"
        case "within_tolerance": "equal within the tolerance"
        case "differs": "different"
        default: report.verdict
        }
    }

    private func add(_ difference: ReproductionVerdictInfo.Difference, to sheet: inout FactSheet) {
        let place = "epoch \(difference.epoch), step \(difference.step)"
        guard difference.place != "checkpoint" else {
            sheet.add("First difference", "\(place): the checkpoint")
            sheet.add("", "\(difference.originalDigest ?? "-") then")
            sheet.add("", "\(difference.reproducedDigest ?? "-") now")
            return
        }
        let scope = difference.place == "epoch" ? " of the epoch" : ""
        sheet.add("First difference", "\(place): \(difference.metric ?? "-")\(scope)")
        sheet.add("", "\(text(difference.originalValue)) then, \(text(difference.reproducedValue)) now")
        if let absolute = difference.absolute, let relative = difference.relative {
            let sizes = "\(HumanFormat.number(absolute)) (\(HumanFormat.number(relative)) relative)"
            sheet.add("", "a difference of \(sizes)")
        }
    }

    /// All digits, since two values may part in the last one.
    private func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "nothing" }
}
