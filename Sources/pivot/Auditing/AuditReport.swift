package import JSON

/// What an audit found: one finding for each thing that it looked at, told as soon as it is known.
package struct AuditReport {
    /// One thing that was looked at.
    package struct Finding: Equatable, Sendable {
        package enum Outcome: String, Sendable {
            case proved, wrong, skipped
        }

        /// The name of the check, for programs.
        package let check: String
        package let outcome: Outcome
        /// What was found, for people.
        package let text: String
    }

    package private(set) var findings: [Finding] = []
    private let tell: (Finding) -> Void

    /// - Parameter tell: Called with each finding.
    package init(tell: @escaping (Finding) -> Void = { _ in }) {
        self.tell = tell
    }

    /// A report whose findings are lines on the console, or told only at the end with `json`.
    static func onConsole(json: Bool) -> AuditReport {
        let console = Console.standard
        return AuditReport { finding in
            console.setStatus("")
            if !json { console.print(line(finding, console)) }
        }
    }

    private static func line(_ finding: Finding, _ console: Console) -> String {
        let word = finding.outcome.rawValue
        let style: (String) -> String =
            switch finding.outcome {
            case .proved: console.green
            case .wrong: console.red
            case .skipped: console.dim
            }
        return style(word) + String(repeating: " ", count: 9 - word.count) + DisplayText.safe(finding.text)
    }

    package mutating func add(_ check: String, _ outcome: Finding.Outcome, _ text: String) {
        let finding = Finding(check: check, outcome: outcome, text: text)
        findings.append(finding)
        tell(finding)
    }

    /// Adds what `body` proves, or what it finds wrong. Returns whether it was proved; other errors are thrown on.
    package mutating func check(_ name: String, _ body: () async throws -> String) async throws -> Bool {
        do {
            add(name, .proved, try await body())
            return true
        } catch let fault as AuditFault {
            add(name, .wrong, fault.description)
            return false
        }
    }

    /// True when nothing is wrong.
    package var isProved: Bool { !findings.contains { $0.outcome == .wrong } }

    /// The findings as JSON, after `facts`.
    package func json(_ facts: [(String, JSONValue)]) -> JSONValue {
        let list = findings.map { finding in
            JSONValue.object([
                "check": .string(finding.check), "outcome": .string(finding.outcome.rawValue),
                "message": .string(finding.text),
            ])
        }
        return .object(
            JSONObject(
                uniqueKeysWithValues: [("proved", .bool(isProved))] + facts + [("findings", .array(list))]))
    }

    /// Says what came of it all.
    ///
    /// - Throws: `CommandFailure` when something is wrong.
    func conclude(json asJSON: Bool, _ facts: [(String, JSONValue)]) throws {
        if asJSON { Console.standard.printJSON(json(facts)) }
        let wrong = findings.count { $0.outcome == .wrong }
        guard wrong > 0 else {
            if !asJSON { Console.standard.print("Nothing is wrong with what was looked at.") }
            return
        }
        let looked = findings.count { $0.outcome != .skipped }
        throw CommandFailure(.failed, "Not proved: \(wrong) of \(looked) checks found something wrong.")
    }
}
