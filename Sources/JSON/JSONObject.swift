/// The members of a JSON object in the order they were written, each key once.
///
/// Two objects are equal when they hold equal values under the same keys, in any order. Keys are compared as Swift
/// strings, so two spellings of one character (composed and decomposed) are the same key.
package struct JSONObject: Equatable, Sendable {
    /// The members in order.
    package private(set) var members: [(key: String, value: JSONValue)]
    /// The place of each key; kept only above `indexThreshold` members, below it a search is faster.
    private var index: [String: Int]?

    private static let indexThreshold = 12

    /// An object without members.
    package init() {
        members = []
        index = nil
    }

    /// The given members in order. No key may come twice.
    package init(uniqueKeysWithValues members: some Sequence<(String, JSONValue)>) {
        self.init()
        for (key, value) in members {
            precondition(append(value, forKey: key), "a JSON object was given the key \(key) twice")
        }
    }

    /// The number of members.
    package var count: Int { members.count }

    /// True when there are no members.
    package var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    package var keys: [String] { members.map(\.key) }

    /// The values in the order of their keys.
    package var values: [JSONValue] { members.map(\.value) }

    /// The value under `key`; nil when there is none. Setting nil removes the member, a new key comes last.
    package subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(value, forKey: key)
            case (nil, nil): break
            }
        }
    }

    /// Adds a member at the end; returns false and changes nothing when the key is there already.
    @discardableResult
    package mutating func append(_ value: JSONValue, forKey key: String) -> Bool {
        guard position(of: key) == nil else { return false }
        members.append((key, value))
        if index != nil {
            index?[key] = members.count - 1
        } else if members.count > Self.indexThreshold {
            rebuildIndex()
        }
        return true
    }

    /// Makes room for `count` members.
    package mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.key] == $0.value }
    }

    private func position(of key: String) -> Int? {
        if let index { return index[key] }
        // Only the keys are touched: a closure over whole members would retain and release every value.
        for position in members.indices where members[position].key == key { return position }
        return nil
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        if index != nil { rebuildIndex() }
    }

    private mutating func rebuildIndex() {
        guard members.count > Self.indexThreshold else {
            index = nil
            return
        }
        index = Dictionary(uniqueKeysWithValues: zip(keys, members.indices))
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> { members.makeIterator() }

    package var underestimatedCount: Int { count }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(uniqueKeysWithValues: elements)
    }
}
