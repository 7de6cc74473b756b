import Tracking

extension SessionOrder {
    /// A value by which a session is compared.
    private enum Value {
        case number(Double)
        case text(String)
    }

    /// `sessions`, each with the summaries of its metrics, in this order.
    func sorted(
        _ sessions: [(session: SessionDocument, metrics: [String: MetricSummary])]
    ) -> [SessionDocument] {
        let keyed = sessions.map { (session: $0.session, value: value(of: $0.session, $0.metrics)) }
        return keyed.sorted { left, right in
            switch (left.value, right.value) {
            case (let leftValue?, let rightValue?):
                if SessionOrder.precedes(leftValue, rightValue) { return !isDescending }
                if SessionOrder.precedes(rightValue, leftValue) { return isDescending }
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): break
            }
            return left.session.createdPosition > right.session.createdPosition
        }.map(\.session)
    }

    private func value(of session: SessionDocument, _ metrics: [String: MetricSummary]) -> Value? {
        switch key {
        case .created: .number(Double(session.createdPosition))
        case .started: session.hasStartedAt ? .number(Double(session.startedAt)) : nil
        case .completed: session.hasCompletedAt ? .number(Double(session.completedAt)) : nil
        case .updated: .number(Double(session.updatedAt))
        case .name: .text(session.name)
        case .status: .text(session.status)
        case .epoch: .number(Double(session.currentEpoch))
        case .metric(let name): session.metric(name, metrics).flatMap { $0.isNaN ? nil : .number($0) }
        case .parameter(let name): Self.value(session.values(of: .parameter(name), [:]).first)
        case .configuration(let name): Self.value(session.values(of: .configuration(name), [:]).first)
        }
    }

    private static func value(_ literal: SessionCondition.Literal?) -> Value? {
        switch literal {
        case .number(let number): number.isNaN ? nil : .number(number)
        case .text(let text): .text(text)
        case .flag(let flag): .text(flag ? "true" : "false")
        case .time, nil: nil
        }
    }

    private static func precedes(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}
