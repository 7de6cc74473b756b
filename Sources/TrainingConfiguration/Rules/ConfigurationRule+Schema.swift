import JSON

extension ConfigurationRule {
    /// The rules of a whole configuration as a JSON Schema (draft 2020-12). Unknown keys are allowed, as they are here.
    static func schema(title: String, summary: String, rules: [ConfigurationRule]) -> JSONValue {
        var schema = sectionSchema(of: rules)
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = .string(title)
        schema["description"] = .string(summary)
        return .object(schema)
    }

    /// The schema of an object with the given keys, to stand inside another schema.
    static func schemaFragment(of rules: [ConfigurationRule]) -> JSONValue { .object(sectionSchema(of: rules)) }

    fileprivate static func sectionSchema(of rules: [ConfigurationRule]) -> JSONObject {
        var schema: JSONObject = ["type": ["object", "null"]]
        schema["properties"] = .object(
            JSONObject(uniqueKeysWithValues: rules.map { ($0.key, JSONValue.object($0.property)) }))
        let required = rules.filter(\.isRequired).map { JSONValue.string($0.key) }
        if !required.isEmpty {
            schema["type"] = "object"
            schema["required"] = .array(required)
        }
        return schema
    }

    private var isRequired: Bool {
        switch kind {
        case .section(let rules), .openSection(let rules): rules.contains(where: \.isRequired)
        case .variant, .optional: false
        default: fallback == nil
        }
    }

    private var property: JSONObject {
        var property = kind.schema
        property["description"] = .string(summary)
        if let fallback, fallback != .null { property["default"] = fallback }
        // Null is how YAML reads a key without a value; the default is meant.
        if fallback != nil, let type = property["type"]?.stringValue { property["type"] = [.string(type), "null"] }
        if fallback != nil, let names = property["enum"]?.arrayValue { property["enum"] = .array(names + [.null]) }
        return property
    }

    fileprivate static func variantSchema(key: String, fallback: String, cases: [Case]) -> JSONObject {
        let names = cases.map { JSONValue.string($0.name) }
        let discriminator: JSONValue = ["enum": .array(names + [.null]), "default": .string(fallback)]
        let conditions = cases.map { form -> JSONValue in
            // Without the key, the fallback's form applies; `if` holds vacuously for an absent property.
            var condition: JSONObject = [
                "properties": .object([
                    key: ["enum": form.name == fallback ? [.string(form.name), nil] : [.string(form.name)]]
                ])
            ]
            if form.name != fallback { condition["required"] = [.string(key)] }
            return ["if": .object(condition), "then": .object(sectionSchema(of: form.rules))]
        }
        return [
            "type": ["object", "null"], "properties": .object([key: discriminator]), "allOf": .array(conditions),
        ]
    }
}

extension ConfigurationRule.Kind {
    fileprivate var schema: JSONObject {
        switch self {
        case .integer(let range):
            return ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .number(let range):
            return [
                "type": "number",
                range.includesLower ? "minimum" : "exclusiveMinimum": .number(range.lower),
                range.includesUpper ? "maximum" : "exclusiveMaximum": .number(range.upper),
            ]
        case .bool: return ["type": "boolean"]
        case .string(let count): return ["type": "string", "minLength": 1, "maxLength": .integer(Int64(count))]
        case .choice(let names): return ["enum": .array(names.map { .string($0) })]
        case .list(let element, let count):
            return [
                "type": "array", "items": .object(element.schema), "minItems": .integer(Int64(count.lowerBound)),
                "maxItems": .integer(Int64(count.upperBound)),
            ]
        case .stringMap(let count):
            return [
                "type": "object", "additionalProperties": ["type": "string"], "maxProperties": .integer(Int64(count)),
            ]
        case .section(let rules), .openSection(let rules): return ConfigurationRule.sectionSchema(of: rules)
        case .variant(let key, let fallback, let cases):
            return ConfigurationRule.variantSchema(key: key, fallback: fallback, cases: cases)
        case .optional(let kind):
            var schema = kind.schema
            if let type = schema["type"]?.stringValue { schema["type"] = [.string(type), "null"] }
            if let names = schema["enum"]?.arrayValue { schema["enum"] = .array(names + [.null]) }
            return schema
        }
    }
}
