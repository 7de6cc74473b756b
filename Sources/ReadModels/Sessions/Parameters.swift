import JSON
import SwiftProtobuf
package import Tracking

/// Parameters as documents hold them: sorted by the bytes of their names, each name once.
package enum Parameters {
    /// `old` with the values of `new` in the place of those of the same name.
    static func merged(_ old: [Parameter], with new: [Parameter]) -> [Parameter] {
        var values: [String: Parameter] = [:]
        for parameter in old + new { values[parameter.name] = parameter }
        return values.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// `old` with the facts of an attempt in the place of those of the same attempt and name.
    ///
    /// - Parameter redaction: The event that removed the values of `new`; nil when they are there.
    static func merged(
        _ old: [ProvenanceRecord], with new: [Parameter], ofAttempt attempt: UInt32, redactedBy redaction: LogPosition?
    ) -> [ProvenanceRecord] {
        var values: [String: ProvenanceRecord] = [:]
        for record in old where record.attempt == attempt { values[record.fact.name] = record }
        for fact in new {
            values[fact.name] = .with {
                $0.attempt = attempt
                $0.fact = fact
                $0.redactedBy = redaction?.rawValue ?? 0
            }
        }
        let facts = values.values.sorted { $0.fact.name.utf8.lexicographicallyPrecedes($1.fact.name.utf8) }
        let others = old.filter { $0.attempt != attempt }
        return others.filter { $0.attempt < attempt } + facts + others.filter { $0.attempt > attempt }
    }

    /// The scalars of a configuration in JSON under dotted names; a list is one parameter with its JSON text. Null values,
    /// empty mappings and a text that is no JSON mapping give nothing.
    package static func flattened(configuration: String) -> [Parameter] {
        guard !configuration.isEmpty else { return [] }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(Array(configuration.utf8))
        } catch {
            // The configuration was checked before it was recorded; a text that is none has no parameters to show.
            return []
        }
        var parameters: [Parameter] = []
        if case .object(let object) = value { flatten(object, under: "", into: &parameters) }
        return merged([], with: parameters)
    }

    private static func flatten(_ object: JSONObject, under prefix: String, into parameters: inout [Parameter]) {
        for (key, value) in object {
            let name = prefix + key
            if case .object(let inner) = value {
                flatten(inner, under: name + ".", into: &parameters)
            } else if let content = content(of: value) {
                parameters.append(
                    .with {
                        $0.name = name
                        $0.value = content
                    })
            }
        }
    }

    private static func content(of value: JSONValue) -> Parameter.OneOf_Value? {
        switch value {
        case .null, .object: nil
        case .bool(let flag): .flag(flag)
        case .integer(let integer): .integer(integer)
        case .number(let number): .number(number)
        case .string(let text): .text(text)
        case .array: .text(String(decoding: value.encoded(), as: UTF8.self))
        }
    }
}
