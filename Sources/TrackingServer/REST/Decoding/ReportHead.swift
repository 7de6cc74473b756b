import JSON

/// What every report of a trainer begins with: who measured, and under which id it is sent.
struct ReportHead {
    let commandID: String?
    let attempt: UInt32
    let rank: UInt32
    /// All fields of the report.
    let fields: JSONFields

    /// Reads the head of a JSON body.
    init(json bytes: [UInt8]) throws {
        guard let object = try JSONValue.parse(bytes).objectValue else { throw FieldError("body", "must be an object") }
        fields = JSONFields(object)
        commandID = try fields.string("command_id")
        attempt = UInt32(try fields.requiredInteger("attempt", in: 1...Int64(UInt32.max)))
        rank = UInt32(try fields.integer("rank", in: 0...65_535) ?? 0)
    }

    /// Calls `body` with the fields of each entry of the array `name`, and with the entry's path.
    func forEach(
        _ name: String, counts: ClosedRange<Int>, _ body: (JSONFields, String) throws -> Void
    ) throws {
        guard let values = try fields.array(name, counts: counts) else { throw FieldError(name, "is required") }
        for (index, value) in values.enumerated() {
            let path = "\(name)[\(index)]"
            guard let object = value.objectValue else {
                throw FieldError(path, "must be an object, not \(value.kindName)")
            }
            try body(JSONFields(object, path: path), path)
        }
    }
}
