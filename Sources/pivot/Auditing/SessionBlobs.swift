import API
import Foundation
import Tracking
import Transparency

/// What the events of a session name by digest: its configuration, and the files that it saved.
struct SessionBlobs {
    /// A blob that an event names.
    private struct Named {
        let position: UInt64
        let digest: BlobDigest
        let content: [UInt8]?
    }

    private var named: [Named] = []
    private var known: Set<BlobDigest> = []
    /// The files that were not deleted.
    private(set) var files = SessionFiles()

    /// Reads the payloads of `events`, which are one session's; those that were redacted name nothing.
    ///
    /// - Throws: ``AuditFault`` when a payload is none of its type.
    init(_ events: [AuditBundle.Event]) throws(AuditFault) {
        for event in events {
            guard let header = BundledHeader(event.header), header.stream.hasPrefix("session/"),
                let content = event.content
            else { continue }
            let decoded: SessionEvent
            do throws(EventCodecError) {
                decoded = try SessionEvent(type: header.type, payload: content.payload)
            } catch {
                throw AuditFault("Event \(event.position) cannot be read with this version: \(error)")
            }
            files.add(decoded)
            switch decoded {
            case .created(let created):
                add(created.configurationDigest, event.position, Array(created.configuration.utf8))
            case .checkpointSaved(let saved): add(saved.digest, event.position)
            case .artifactSaved(let saved): add(saved.digest, event.position)
            default: break
            }
        }
    }

    private mutating func add(_ text: String, _ position: UInt64, _ content: [UInt8]? = nil) {
        guard let digest = BlobDigest(text), known.insert(digest).inserted else { return }
        // A configuration that is not what its digest says is left to whoever verifies.
        let own = content.flatMap { BlobDigest(hashing: $0) == digest ? $0 : nil }
        named.append(Named(position: position, digest: digest, content: own))
    }

    /// The blobs for a bundle; `contents` has bytes by their digests.
    func blobs(_ contents: [BlobDigest: [UInt8]]) -> [AuditBundle.Blob] {
        named.map {
            AuditBundle.Blob(digest: $0.digest, position: $0.position, content: $0.content ?? contents[$0.digest])
        }
    }
}
