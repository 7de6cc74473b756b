import EventLog
import Synchronization
import Tracking
import Transparency

/// Signs tree heads of the logs it knows that continue the last ones it signed (C2SP tlog-witness).
///
/// Requests take turns. A tree head is on disk before anybody gets its signature, so no crash makes the witness sign
/// another history.
final class Cosigner: Sendable {
    private let folder: WitnessFolder
    private let key: SigningKey
    private let logs: Mutex<[String: WitnessedLog]>
    private let now: @Sendable () -> Timestamp

    /// An answer to a request.
    struct Answer: Equatable, Sendable {
        let status: Int
        let type: String
        let body: [UInt8]
    }

    /// Opens the witness in `folder`, whose key is made when there is none.
    ///
    /// - Parameters:
    ///   - name: The name of a new key; nil for one of the host's name.
    ///   - keys: The keys of the logs; those of one name are one log's.
    init(
        in folder: WitnessFolder, name: KeyName?, logs keys: [VerifierKey], now: @escaping @Sendable () -> Timestamp
    ) throws(StorageError) {
        self.folder = folder
        self.now = now
        key = try folder.key(named: name)
        var logs: [String: WitnessedLog] = [:]
        for (origin, keys) in Dictionary(grouping: keys, by: \.name.text) {
            let last = try folder.head(of: origin, signedBy: key.verifier)
            logs[origin] = WitnessedLog(origin: origin, keys: keys, last: last ?? .empty)
        }
        self.logs = Mutex(logs)
    }

    /// The public key, which logs and readers are told.
    var verifier: VerifierKey { key.verifier }

    /// The answer to the body of a POST to `add-checkpoint`.
    func answer(_ body: [UInt8]) -> Answer {
        do throws(WitnessError) {
            let answer = try signed(try WitnessRequest(body))
            let type =
                switch answer {
                case .cosigned: "text/plain; charset=utf-8"
                case .conflict: WitnessAnswer.sizeType
                }
            return Answer(status: answer.status, type: type, body: answer.body)
        } catch {
            return Answer(
                status: error.httpStatus, type: "text/plain; charset=utf-8", body: Array((error.reason + "\n").utf8))
        }
    }

    private func signed(_ request: WitnessRequest) throws(WitnessError) -> WitnessAnswer {
        let origin = request.treeHead.origin
        let result = logs.withLock { logs in
            Result { () throws(WitnessError) in
                guard var log = logs[origin] else { throw .unknownLog("This witness does not know the log \(origin).") }
                if case .conflict(let size) = try log.verdict(on: request) { return WitnessAnswer.conflict(size: size) }
                let signature = try sign(request.treeHead)
                log.remember(request.treeHead.head)
                logs[origin] = log
                return .cosigned([signature])
            }
        }
        return try result.get()
    }

    /// The signature of `treeHead`, once both are on disk.
    private func sign(_ treeHead: SignedTreeHead) throws(WitnessError) -> NoteSignature {
        let seconds = UInt64(max(0, now().rawValue / 1_000_000))
        let signature: NoteSignature
        do throws(NoteError) {
            signature = try key.sign(treeHead.note.text, at: seconds)
        } catch {
            throw .status(500, error.description)
        }
        do throws(StorageError) {
            try folder.write(treeHead, signature)
        } catch {
            throw .status(500, error.message)
        }
        return signature
    }
}
