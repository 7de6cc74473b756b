package import API

/// A lineage as a tree of steps, each with its event and what is proven of it.
package struct LineagePresentation {
    private let lineage: ModelLineageInfo
    private let proofs: LineageProofs

    package init(_ lineage: ModelLineageInfo, _ proofs: LineageProofs) {
        self.lineage = lineage
        self.proofs = proofs
    }

    /// The lines for people.
    package func lines(_ console: Console) -> [String] {
        var lines: [String] = []
        let levels = lineage.steps.map(Self.level)
        for (index, step) in lineage.steps.enumerated() {
            let (branch, below) = Self.branches(levels, at: index)
            let summary = DisplayText.safe(step.summary)
            lines.append(branch + (step.isMissing ? console.yellow(summary) : summary))
            lines.append(below + console.dim(event(of: step, console)) + outcome(at: index, console))
        }
        lines.append("")
        if !lineage.isComplete { lines.append("There are more ancestors than are followed.") }
        if let tree = proofs.tree {
            lines.append(
                console.dim(
                    "As of position \(lineage.position), proven in the tree of \(tree.size) events signed by \(tree.key)"
                ))
        } else {
            lines.append(console.dim("As of position \(lineage.position)"))
        }
        if let remark = proofs.remark { lines.append(console.dim(DisplayText.safe(remark))) }
        return lines
    }

    private func event(of step: LineageStepInfo, _ console: Console) -> String {
        guard let position = step.position, let event = step.event else { return "no event" }
        var words = "event \(position), \(event)"
        if let time = step.recordedAt { words += ", \(time)" }
        if let actor = step.actor { words += ", by \(DisplayText.safe(actor))" }
        return words
    }

    private func outcome(at index: Int, _ console: Console) -> String {
        let proof = index < proofs.steps.count ? proofs.steps[index] : LineageProofs.Step(.unproved)
        let reason = proof.reason.map { ": \(DisplayText.safe($0))" } ?? ""
        return switch proof.outcome {
        case .proved: console.green("; proved")
        case .headerProved: console.green("; proved to have happened") + console.dim(reason)
        case .wrong: console.red("; wrong\(reason)")
        case .unproved: console.dim("; not proved\(reason)")
        }
    }

    /// How deep a step stands: below the alias its checkpoint, below that the session, and below that what the session was
    /// trained with and what it continues.
    private static func level(_ step: LineageStepInfo) -> Int {
        switch step.kind {
        case "alias": 0
        case "checkpoint": 1 + 3 * step.depth
        case "session": 2 + 3 * step.depth
        default: 3 + 3 * step.depth
        }
    }

    /// What stands before a step's first line and before its second.
    package static func branches(_ levels: [Int], at index: Int) -> (first: String, second: String) {
        let level = levels[index]
        /// True when something else stands at `level` below the same step.
        func goesOn(_ level: Int) -> Bool {
            levels[(index + 1)...].first { $0 <= level } == level
        }
        var prefix = ""
        for outer in 1..<max(level, 1) { prefix += goesOn(outer) ? "│  " : "   " }
        let hasChild = index + 1 < levels.count && levels[index + 1] > level
        guard level > 0 else { return ("", hasChild ? "│  " : "   ") }
        let own = goesOn(level)
        return (prefix + (own ? "├─ " : "└─ "), prefix + (own ? "│  " : "   ") + (hasChild ? "│  " : "   "))
    }
}
