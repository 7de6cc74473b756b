package import JSON

/// Sessions side by side: what differs, and how much is equal.
package struct SessionComparison: Sendable {
    /// The most sessions of one comparison: more do not fit side by side.
    package static let maximumCount = 10

    /// One value of every session; nil where a session has none.
    package struct Row: Equatable, Sendable {
        package var name: String
        package var values: [JSONValue?]
        /// True when all sessions have it, and the same; numbers are compared bit for bit, except that NaN equals NaN.
        package var isEqual: Bool
        /// Of two numbers, the second less the first.
        package var difference: Double?
    }

    package let sessions: [ComparedSession]
    /// The sections that any session has a value in, and their rows by name.
    package let sections: [(section: ComparedSession.Section, rows: [Row])]

    package init(_ sessions: [ComparedSession]) {
        self.sessions = sessions
        sections = ComparedSession.Section.allCases.compactMap {
            section -> (section: ComparedSession.Section, rows: [Row])? in
            let names = Set(sessions.flatMap { $0.values[section, default: [:]].keys })
            guard !names.isEmpty else { return nil }
            let ordered = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return (
                section, ordered.map { name in Self.row(name, sessions.map { $0.value(section, name) }) }
            )
        }
    }

    /// The number of values that are equal in all sessions.
    package var equalCount: Int { sections.reduce(0) { $0 + $1.rows.count(where: \.isEqual) } }

    private static func row(_ name: String, _ values: [JSONValue?]) -> Row {
        let isEqual = values.dropFirst().allSatisfy { same($0, values[0]) }
        var difference: Double?
        if !isEqual, values.count == 2, let first = values[0]?.doubleValue, let second = values[1]?.doubleValue {
            difference = second - first
        }
        return Row(name: name, values: values, isEqual: isEqual, difference: difference)
    }

    private static func same(_ first: JSONValue?, _ second: JSONValue?) -> Bool {
        guard case .number(let one) = first, case .number(let other) = second else { return first == second }
        return one.bitPattern == other.bitPattern || (one.isNaN && other.isNaN)
    }
}
