import API
import TrackingClient
import Transparency

/// The keys by which a log is known, and whose word it is that they are the log's.
struct LogIdentity {
    /// The keys that signatures are verified with; those of one log.
    let trusted: [VerifierKey]
    /// What the server says of its keys; nil when nobody was asked.
    let published: LogKeyList?
    /// True when the keys came another way than the log.
    let isGiven: Bool

    /// The name of the log, which is the name of its keys.
    var origin: String { trusted.first?.name.text ?? "" }

    /// `keys`, or those that the server of `client` publishes when there are none.
    ///
    /// - Throws: ``AuditFault`` when the server publishes no keys of one log.
    init(_ keys: [VerifierKey], from client: APIClient) async throws {
        let list = try await client.logKeys()
        published = list
        isGiven = !keys.isEmpty
        guard keys.isEmpty else {
            trusted = keys
            return
        }
        var own: [VerifierKey] = []
        for info in list.keys {
            do throws(NoteError) {
                own.append(try VerifierKey(info.verifierKey))
            } catch {
                throw AuditFault("The server's list of keys is wrong: \(error)")
            }
        }
        guard let first = own.first, own.allSatisfy({ $0.name == first.name }) else {
            throw AuditFault("The server's list of keys has no keys of one log.")
        }
        trusted = own
    }

    /// `keys` alone, which came with nobody's word.
    init(_ keys: [VerifierKey]) {
        trusted = keys
        published = nil
        isGiven = true
    }

    /// What to tell somebody who gave no key.
    var warning: String {
        "No key was given, so the server's own word is taken for it. Compare it with one that came another way, and give "
            + "it with --key from now on: \(trusted.first?.description ?? "")"
    }

    /// The tree head in `bytes` and the keys that signed it, once one of them is trusted for a tree of its size.
    ///
    /// - Parameter name: What the tree head is, for messages.
    /// - Throws: ``AuditFault`` with what is wrong.
    func verified(_ bytes: [UInt8], _ name: String) throws(AuditFault) -> (
        treeHead: SignedTreeHead, keys: [VerifierKey]
    ) {
        let treeHead: SignedTreeHead
        let keys: [VerifierKey]
        do throws(NoteError) {
            let note = try Note(bytes)
            keys = try note.verified(by: trusted).map(\.key)
            treeHead = try SignedTreeHead(note)
            guard treeHead.origin == origin else { throw .origin(treeHead.origin, expected: origin) }
        } catch {
            throw AuditFault("\(name): \(error)")
        }
        let retired = (published?.keys ?? []).filter { $0.status == "retired" }
        let signing = keys.filter { key in
            guard let info = retired.first(where: { $0.verifierKey == key.description }) else { return true }
            return treeHead.head.size <= info.lastSize ?? 0
        }
        guard !signing.isEmpty else {
            throw AuditFault(
                "\(name): only a key that was retired before has signed it, so it is not the log's; its newest keys are "
                    + "in '\(ProgramName.typed) audit key'.")
        }
        return (treeHead, signing)
    }
}
