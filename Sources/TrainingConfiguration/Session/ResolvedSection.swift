import JSON

/// Reads values out of a section that the rules have passed, so that a missing or wrong value is a bug.
struct ResolvedSection {
    private let object: JSONObject

    init(_ value: JSONValue?) {
        guard let object = value?.objectValue else { preconditionFailure("a resolved configuration lacks a section") }
        self.object = object
    }

    func section(_ key: String) -> ResolvedSection { ResolvedSection(object[key]) }
    func sections(_ key: String) -> [ResolvedSection] {
        require(object[key]?.arrayValue, key).map { ResolvedSection($0) }
    }
    func integer(_ key: String) -> Int { require(optionalInteger(key), key) }
    func number(_ key: String) -> Double { require(optionalNumber(key), key) }
    func bool(_ key: String) -> Bool { require(object[key]?.boolValue, key) }
    func string(_ key: String) -> String { require(optionalString(key), key) }
    func integers(_ key: String) -> [Int] {
        require(object[key]?.arrayValue, key).map { require($0.integerValue.map { Int($0) }, key) }
    }
    func numbers(_ key: String) -> [Double] {
        require(object[key]?.arrayValue, key).map { require($0.doubleValue, key) }
    }
    func strings(_ key: String) -> [String] {
        require(object[key]?.arrayValue, key).map { require($0.stringValue, key) }
    }
    func optionalStrings(_ key: String) -> [String]? {
        object[key]?.arrayValue.map { $0.map { require($0.stringValue, key) } }
    }
    func stringMap(_ key: String) -> [String: String] {
        let members = require(object[key]?.objectValue, key)
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, require($0.value.stringValue, key)) })
    }
    func choice<Choice: RawRepresentable<String>>(_ key: String, as type: Choice.Type = Choice.self) -> Choice {
        require(Choice(rawValue: string(key)), key)
    }
    func optionalInteger(_ key: String) -> Int? { object[key]?.integerValue.map { Int($0) } }
    func optionalNumber(_ key: String) -> Double? { object[key]?.doubleValue }
    func optionalString(_ key: String) -> String? { object[key]?.stringValue }

    private func require<Value>(_ value: Value?, _ key: String) -> Value {
        guard let value else { preconditionFailure("a resolved configuration lacks \(key)") }
        return value
    }
}
