import Foundation

/// The file `manifest.json` of a bundle: what is in it, and the proofs.
struct BundleManifest: Codable, Equatable {
    var format = BundleManifest.format
    var version = BundleManifest.version
    var log: String
    var key: String
    var events: [Event]
    /// Nil in a bundle that says nothing of blobs.
    var blobs: [Blob]?
    var consistency: [String]?

    struct Event: Codable, Equatable {
        var position: UInt64
        /// 32 hexadecimal digits; nil when the payload was redacted.
        var salt: String?
        var proof: [String]

        init(position: UInt64, salt: String?, proof: [String]) {
            self.position = position
            self.salt = salt
            self.proof = proof
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            position = try BundleManifest.position(in: fields, .position)
            salt = try fields.decodeIfPresent(String.self, forKey: .salt)
            proof = try fields.decode([String].self, forKey: .proof)
        }
    }

    struct Blob: Codable, Equatable {
        var digest: String
        var position: UInt64
        var included: Bool

        init(digest: String, position: UInt64, included: Bool) {
            self.digest = digest
            self.position = position
            self.included = included
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            digest = try fields.decode(String.self, forKey: .digest)
            included = try fields.decode(Bool.self, forKey: .included)
            position = try BundleManifest.position(in: fields, .position)
        }
    }

    /// The position that a field holds.
    private static func position<Key: CodingKey>(in fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> UInt64 {
        let path = BundleManifest.text(fields.codingPath + [key])
        guard fields.contains(key) else { throw BundleError.field(path, .missing) }
        do {
            return try fields.decode(UInt64.self, forKey: key)
        } catch {
            // Of a number that does not fit, the decoder's error does not say where it stands.
            throw BundleError.field(path, .form)
        }
    }

    static let format = "pivot-audit-bundle"
    static let version = 1
    static let path = "manifest.json"

    /// The manifest as text for people and programs.
    func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("texts and numbers can be encoded") }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    /// The manifest that `bytes` hold, once its format and version are known.
    static func decode(_ bytes: [UInt8]) throws(BundleError) -> BundleManifest {
        struct Beginning: Decodable {
            var format: String
            var version: Int
        }
        let beginning = try decode(Beginning.self, bytes)
        guard beginning.format == format else { throw .format(beginning.format) }
        guard beginning.version == version else { throw .version(beginning.version) }
        _ = try decode(KnownFields.self, bytes)
        return try decode(BundleManifest.self, bytes)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(BundleError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as BundleError {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            throw .field(text(context.codingPath + [key]), .missing)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw .noJSON
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            throw context.codingPath.isEmpty ? .noJSON : .field(text(context.codingPath), .form)
        } catch {
            throw .noJSON
        }
    }

    /// The path of a field, as in `events[1].position`.
    fileprivate static func text(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
}

/// Decoding it finds the fields that a manifest does not have.
private struct KnownFields: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int?
        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }
        init?(intValue: Int) { nil }
    }

    private struct Event: Decodable {
        init(from decoder: any Decoder) throws {
            try KnownFields.check(try decoder.container(keyedBy: Key.self), ["position", "salt", "proof"])
        }
    }

    private struct Blob: Decodable {
        init(from decoder: any Decoder) throws {
            try KnownFields.check(try decoder.container(keyedBy: Key.self), ["digest", "position", "included"])
        }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        try KnownFields.check(fields, ["format", "version", "log", "key", "events", "blobs", "consistency"])
        _ = try fields.decode([Event].self, forKey: Key(stringValue: "events"))
        _ = try fields.decodeIfPresent([Blob].self, forKey: Key(stringValue: "blobs"))
    }

    private static func check(_ fields: KeyedDecodingContainer<Key>, _ known: Set<String>) throws {
        guard
            let unknown = fields.allKeys.filter({ !known.contains($0.stringValue) })
                .min(by: { $0.stringValue < $1.stringValue })
        else { return }
        throw BundleError.field(BundleManifest.text(fields.codingPath + [unknown]), .unknown)
    }
}
