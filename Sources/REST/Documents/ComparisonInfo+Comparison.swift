import API
import Application
import JSON
import Tracking

extension ComparisonInfo {
    /// - Parameter includesEqual: Whether rows that are equal are shown too.
    init(_ comparison: SessionComparison, includesEqual: Bool) {
        self.init()
        sessions = comparison.sessions.map { session in
            var compared = Compared()
            compared.id = session.id
            compared.name = session.name
            compared.status = Session.Status(rawValue: session.status) ?? .created
            return compared
        }
        for (name, rows) in comparison.sections {
            var section = Section()
            section.name = name.rawValue
            section.rows = rows.filter { includesEqual || !$0.isEqual }.map { row in
                var shown = Row()
                shown.key = row.name
                shown.values = row.values.map { $0 ?? .null }
                shown.isEqual = row.isEqual
                shown.difference = row.difference
                return shown
            }
            if !section.rows.isEmpty { sections.append(section) }
        }
        equalCount = comparison.equalCount
        differentCount = comparison.sections.reduce(0) { $0 + $1.rows.count } - equalCount
    }
}
