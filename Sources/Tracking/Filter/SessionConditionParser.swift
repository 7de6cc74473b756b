/// Reads the filter language: `or` binds weakest, then `and`, then `not`; keywords in any case.
struct SessionConditionParser {
    private var lexer: SessionConditionLexer
    private var token: SessionConditionLexer.Token
    private var depth = 0

    private static let maximumByteCount = 4096
    private static let maximumDepth = 32

    static func parse(_ text: String) throws(SessionConditionError) -> SessionCondition {
        guard text.utf8.count <= maximumByteCount else {
            throw SessionConditionError(
                .tooLong, "The filter has \(text.utf8.count) bytes; at most \(maximumByteCount) are allowed", at: 0)
        }
        var parser = try SessionConditionParser(text)
        let condition = try parser.alternatives()
        guard parser.token == .end else { throw parser.unexpected("'and', 'or' or the end") }
        return condition
    }

    private init(_ text: String) throws(SessionConditionError) {
        lexer = SessionConditionLexer(text)
        token = try lexer.next()
    }

    private mutating func alternatives() throws(SessionConditionError) -> SessionCondition {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SessionConditionParser.maximumDepth else {
            throw SessionConditionError(.tooDeep, "The filter is nested too deeply", at: lexer.tokenStart)
        }
        var parts = [try conjunction()]
        while try take(keyword: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(SessionConditionError) -> SessionCondition {
        var parts = [try negation()]
        while try take(keyword: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(SessionConditionError) -> SessionCondition {
        var isNegated = false
        while try take(keyword: "not") { isNegated.toggle() }
        let condition = try primary()
        return isNegated ? .not(condition) : condition
    }

    private mutating func primary() throws(SessionConditionError) -> SessionCondition {
        if try take(sign: "(") {
            let condition = try alternatives()
            guard try take(sign: ")") else { throw unexpected("')'") }
            return condition
        }
        guard case .word(let name) = token else { throw unexpected("a field") }
        let field = try self.field(name)
        try advance()
        if try take(keyword: "exists") { return .exists(field) }
        let comparison = try self.comparison()
        guard comparison == .among || comparison == .notAmong else {
            return .comparison(field, comparison, [try literal(for: field, comparison)])
        }
        guard try take(sign: "(") else { throw unexpected("'('") }
        var literals = [try literal(for: field, comparison)]
        while try take(sign: ",") { literals.append(try literal(for: field, comparison)) }
        guard try take(sign: ")") else { throw unexpected("',' or ')'") }
        return .comparison(field, comparison, literals)
    }

    private func field(_ name: String) throws(SessionConditionError) -> SessionCondition.Field {
        if let field = SessionCondition.Field(name) { return field }
        let names = SessionCondition.fieldNames.map(\.name).joined(separator: ", ")
        throw SessionConditionError(
            .unknownField,
            "'\(name)' is not a field; the fields are \(names), params.<name>, config.<name>, metrics.<name> and "
                + "results.<name>",
            at: lexer.tokenStart)
    }

    private mutating func comparison() throws(SessionConditionError) -> SessionCondition.Comparison {
        if case .sign(let sign) = token, let comparison = SessionCondition.Comparison(rawValue: sign) {
            try advance()
            return comparison
        }
        if try take(keyword: "in") { return .among }
        if try take(keyword: "not") {
            guard try take(keyword: "in") else { throw unexpected("'in'") }
            return .notAmong
        }
        throw unexpected("a comparison such as '=', '<', '~' or 'in'")
    }

    private mutating func literal(
        for field: SessionCondition.Field, _ comparison: SessionCondition.Comparison
    ) throws(SessionConditionError) -> SessionCondition.Literal {
        let start = lexer.tokenStart
        let literal: SessionCondition.Literal
        switch token {
        case .string(let text): literal = .text(text)
        case .word(let word):
            switch word {
            case "true": literal = .flag(true)
            case "false": literal = .flag(false)
            default:
                let isNumber = word.utf8.first.map { !(97...122).contains($0 | 0x20) } ?? false
                literal = isNumber ? Double(word).map { .number($0) } ?? .text(word) : .text(word)
            }
        default: throw unexpected("a value")
        }
        try advance()
        return try suited(literal, to: field, comparison, at: start)
    }

    /// The literal as `field` is compared with it.
    private func suited(
        _ literal: SessionCondition.Literal, to field: SessionCondition.Field,
        _ comparison: SessionCondition.Comparison, at start: Int
    ) throws(SessionConditionError) -> SessionCondition.Literal {
        func unsuitable(_ what: String) -> SessionConditionError {
            SessionConditionError(.unsuitableValue, "This is not \(what)", at: start)
        }
        let isSearch = comparison == .contains || comparison == .notContains
        switch field {
        case .createdAt, .startedAt, .completedAt:
            guard case .text(let text) = literal, !isSearch,
                let time = Timestamp(text) ?? Timestamp(text + "T00:00:00Z")
            else { throw unsuitable("a time such as 2026-01-31 or 2026-01-31T12:00:00Z") }
            return .time(time.rawValue)
        case .epoch, .totalEpochs, .attempt, .metric, .result:
            guard case .number = literal, !isSearch else { throw unsuitable("a number") }
            return literal
        case .archived:
            guard case .flag = literal, !isSearch else { throw unsuitable("true or false") }
            return literal
        case .status:
            let names = Session.Status.allCases.map(\.rawValue)
            guard case .text(let text) = literal, isSearch || names.contains(text) else {
                throw unsuitable("a status; these are \(names.joined(separator: ", "))")
            }
            return literal
        case .parameter, .configuration: return literal
        case .id, .name, .experiment, .group, .notes, .tags, .trainer, .parent:
            switch literal {
            case .text: return literal
            case .number, .flag, .time: return .text(lexer.spelling(from: start))  // `name = 7` compares texts
            }
        }
    }

    private mutating func advance() throws(SessionConditionError) { token = try lexer.next() }

    private mutating func take(keyword: String) throws(SessionConditionError) -> Bool {
        guard case .word(let word) = token, word.lowercased() == keyword else { return false }
        try advance()
        return true
    }

    private mutating func take(sign: String) throws(SessionConditionError) -> Bool {
        guard token == .sign(sign) else { return false }
        try advance()
        return true
    }

    private func unexpected(_ expected: String) -> SessionConditionError {
        guard token != .end else {
            return SessionConditionError(
                .unexpectedEnd, "The filter ends where \(expected) is expected", at: lexer.tokenStart)
        }
        return SessionConditionError(.unexpected, "Expected \(expected) here", at: lexer.tokenStart)
    }
}

extension SessionCondition {
    /// Reads a text of the filter language.
    ///
    /// - Throws: `SessionConditionError` with the place of what cannot be read.
    package init(_ text: String) throws(SessionConditionError) {
        self = try SessionConditionParser.parse(text)
    }
}
