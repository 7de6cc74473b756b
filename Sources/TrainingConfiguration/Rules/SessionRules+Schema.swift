import JSON
import Tracking

extension SessionRules {
    /// The whole table as a JSON Schema: the keys all kinds of trainer share, then what each kind adds.
    static var schema: JSONValue {
        let base = ConfigurationRule.schema(
            title: "A session's configuration",
            summary: "What a session trains and how. Unknown keys are kept, with a warning.",
            rules: common)
        guard case .object(var schema) = base else { return base }
        schema["allOf"] = .array(
            TrainerKind.allCases.map { kind in
                let rules = top(forTrainer: kind).rules.filter { rule in !common.contains { $0.key == rule.key } }
                return ["if": condition(kind), "then": ConfigurationRule.schemaFragment(of: rules)]
            })
        return .object(schema)
    }

    /// Holds for configurations that name `kind`, or name none when it is the default.
    private static func condition(_ kind: TrainerKind) -> JSONValue {
        func names(_ kinds: [TrainerKind]) -> JSONValue {
            [
                "properties": [
                    "trainer": [
                        "type": "object", "required": ["kind"],
                        "properties": ["kind": ["enum": .array(kinds.map { .string($0.rawValue) })]],
                    ]
                ],
                "required": ["trainer"],
            ]
        }
        let all = TrainerKind.allCases
        return kind == all[0] ? ["not": names(Array(all.dropFirst()))] : names([kind])
    }
}
