import Tracking

extension SessionFilter {
    /// Whether the index alone does not decide what is let through.
    var needsDocuments: Bool {
        !tags.isEmpty || experiment != nil || group != nil || !words.isEmpty || condition != nil
    }

    /// Whether the rarely changing fields of a document decide too.
    var needsSettings: Bool { condition?.needsSettings ?? false }

    /// False when the index already shows that the session is not let through.
    func mayInclude(_ row: SessionIndexRow) -> Bool {
        (includesArchived || !row.isArchived) && (statuses.isEmpty || statuses.contains(row.status))
    }

    /// Whether the session is let through.
    func includes(_ session: SessionDocument) -> Bool {
        guard mayInclude(SessionIndexRow(session)), tags.allSatisfy(session.tags.contains),
            experiment.map({ $0 == session.experiment }) ?? true, group.map({ $0 == session.group }) ?? true,
            condition?.holds(of: session) ?? true
        else { return false }
        let words = words
        guard !words.isEmpty else { return true }
        let texts = ([session.name, session.notes] + session.tags).map { $0.lowercased() }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }

    private var words: [String] { text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) }
}

extension SessionOrder {
    /// What a session is compared by.
    private enum Value {
        case number(Double)
        case text(String)
    }

    /// Whether the rarely changing fields of a document decide.
    var needsSettings: Bool { if case .parameter = key { true } else { false } }

    /// `sessions` in this order.
    func sorted(_ sessions: [SessionDocument]) -> [SessionDocument] {
        let keyed = sessions.map { (session: $0, value: value(of: $0)) }
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

    private func value(of session: SessionDocument) -> Value? {
        switch key {
        case .created: .number(Double(session.createdPosition))
        case .started: session.hasStartedAt ? .number(Double(session.startedAt)) : nil
        case .completed: session.hasCompletedAt ? .number(Double(session.completedAt)) : nil
        case .updated: .number(Double(session.updatedAt))
        case .name: .text(session.name)
        case .status: .text(session.status)
        case .epoch: .number(Double(session.currentEpoch))
        case .metric(let name): session.metric(name).flatMap { $0.isNaN ? nil : .number($0) }
        case .parameter(let name):
            switch session.parameter(name) {
            case .number(let number): number.isNaN ? nil : .number(number)
            case .text(let text): .text(text)
            case .flag(let flag): .text(flag ? "true" : "false")
            case .time, nil: nil
            }
        }
    }

    private static func precedes(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}
