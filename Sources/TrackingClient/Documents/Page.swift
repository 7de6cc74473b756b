package import JSON

/// Some entries of a list, and how many there are in all.
package struct Page<Entry: Sendable>: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let entries: [Entry]
    package let total: Int

    /// Reads the array under `key`, each element by `read`.
    init(_ json: JSONValue, key: String, read: (JSONValue) throws(ClientError) -> Entry) throws(ClientError) {
        self.json = json
        var entries: [Entry] = []
        for element in try json.elements(key, of: "a list") { entries.append(try read(element)) }
        self.entries = entries
        total = json["total"]?.integerValue.map(Int.init) ?? entries.count
    }
}
