/// Named facts, one a line, their values aligned.
package struct FactSheet: Sendable {
    private var facts: [(name: String, value: String)] = []

    package init() {}

    /// Adds a fact when it has a value; its lines stand below each other, and other control characters become spaces.
    /// Without a name it continues the one above.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        for (index, line) in value.split(whereSeparator: \.isNewline).enumerated() {
            facts.append((index == 0 ? name : "", DisplayText.safe(String(line))))
        }
    }

    /// The lines.
    package func lines(nameStyle: (String) -> String = { $0 }) -> [String] {
        let width = facts.map { DisplayText.width($0.name) }.max() ?? 0
        return facts.map { name, value in
            nameStyle(name) + String(repeating: " ", count: width - DisplayText.width(name) + 2) + value
        }
    }
}
