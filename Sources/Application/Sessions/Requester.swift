import EventLog
import Tracking

/// The client that asks for a session, as far as the programs that the session may start depend on it.
package enum Requester: Sendable, Equatable {
    /// A client on another machine.
    case elsewhere
    /// A client on this machine.
    case thisMachine
    /// A client on this machine that has proved to be run by the user whose server this is. That user may start any
    /// program anyway, so the server starts it for them too.
    case owner
}

/// The secret in the data directory by which clients prove to be run by the server's own user: only that user can read it.
///
/// Modelled on CUPS's `Authorization: Local`, whose certificates are files too.
package struct OwnerSecret: Sendable {
    private let text: String

    package init(_ bytes: [UInt8]) { text = Hexadecimal.encode(bytes) }

    /// The secret in the file at `path`, which is made when it is missing.
    package static func load(path: String) throws -> OwnerSecret { OwnerSecret(try SecretFile.load(path)) }

    /// True when `proof` is the secret in hexadecimal. Takes the same time wherever the two differ.
    package func isProved(by proof: some StringProtocol) -> Bool {
        guard proof.utf8.count == text.utf8.count else { return false }
        return zip(proof.utf8, text.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension TrackerCore {
    /// The requester of a request from this machine or another one that came with `proof` of being the owner, if any.
    ///
    /// - Throws: `ownerInvalid` for a proof that is none.
    package func requester(isLoopback: Bool, proof: String?) throws(TrackerError) -> Requester {
        guard let proof else { return isLoopback ? .thisMachine : .elsewhere }
        guard isLoopback, let owner, owner.isProved(by: proof) else { throw .ownerInvalid }
        return .owner
    }
}
