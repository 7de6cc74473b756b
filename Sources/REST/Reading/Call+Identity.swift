import API
import EventLog
import HTTPTypes
import Hummingbird
import JSON
import Tracking
import WebServer

/// The identity of the command that a request brings.
extension Call {
    /// The identity of the command that the request brings: the id that the sender chose in `Idempotency-Key` or in the
    /// body, or a fresh one.
    ///
    /// - Parameter canonical: Bytes that are the same for the same command, however it was written. Read only when the
    ///   sender chose an id.
    func identity(
        bodyCommandID: String? = nil, actor: String = "api", occurredAt: Timestamp? = nil,
        canonical: () throws -> [UInt8]
    ) throws -> CommandIdentity {
        let key = request.headers[.idempotencyKey]
        if let key, let bodyCommandID, key != bodyCommandID {
            throw FieldError(
                "command_id", "differs from the header Idempotency-Key; give only one, or the same value in both")
        }
        guard let chosen = key ?? bodyCommandID else {
            return CommandIdentity(
                id: .fresh(), digest: Digest(hashing: []), actor: actor, occurredAt: occurredAt,
                mayBeRepeat: false)
        }
        let field = key == nil ? "command_id" : "Idempotency-Key"
        guard chosen.utf8.allSatisfy({ (33...126).contains($0) }), let id = CommandID(chosen) else {
            throw FieldError(field, "must have 1 to 255 printable ASCII characters without spaces")
        }
        let digest = Digest(hashing: Array(request.method.rawValue.utf8) + [0] + (try canonical()))
        return CommandIdentity(id: id, digest: digest, actor: actor, occurredAt: occurredAt, mayBeRepeat: true)
    }

    /// The identity of a command that is a JSON object sent under a name.
    func identity(
        _ name: String, _ object: JSONObject = [:], bodyCommandID: String? = nil, actor: String = "api"
    ) throws -> CommandIdentity {
        try identity(bodyCommandID: bodyCommandID, actor: actor) { Self.canonical(name, object) }
    }

    /// The canonical bytes of a command that is a JSON object sent under a name.
    static func canonical(_ name: String, _ object: JSONObject = [:]) -> [UInt8] {
        Array(name.utf8) + [0] + JSONValue.object(object).sortingKeys().encoded()
    }
}

extension HTTPField.Name {
    /// `Idempotency-Key`: the command's id.
    static var idempotencyKey: HTTPField.Name { HTTPField.Name("Idempotency-Key")! }
}
