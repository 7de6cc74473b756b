package import JSON
import SwiftProtobuf

extension [Parameter] {
    /// The scalars of `object`; other values give parameters without a value.
    package init(_ object: JSONObject) {
        self = object.map { name, value in
            .with {
                $0.name = name
                switch value {
                case .string(let text): $0.text = text
                case .integer(let integer): $0.integer = integer
                case .number(let number): $0.number = number
                case .bool(let flag): $0.flag = flag
                case .null, .array, .object: break
                }
            }
        }
    }

    /// The parameters by name; of several with one name the last.
    package var object: JSONObject {
        var object = JSONObject()
        for parameter in self { object[parameter.name] = parameter.json }
        return object
    }
}

extension Parameter {
    /// The parameter's value.
    package var json: JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .number(let number): .number(number)
        case .integer(let integer): .integer(integer)
        case .flag(let flag): .bool(flag)
        case nil: .string("")
        }
    }
}
