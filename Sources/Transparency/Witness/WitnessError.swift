/// The reason that a request to a witness, or its answer, is not valid, or that it did not sign.
package enum WitnessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The request is not one.
    case request(RequestFault)
    /// The answer is not one.
    case answer(AnswerFault)
    /// 400: the witness could not read the request. With what it said, as in the others.
    case malformed(String)
    /// 403: no key that the witness trusts for this log has signed the tree head.
    case forbidden(String)
    /// 404: the witness does not know the log.
    case unknownLog(String)
    /// 422: the tree head does not continue the one that the witness signed last.
    case inconsistent(String)
    /// A status that says nothing about the request: the witness is out of order.
    case status(Int, String)

    package enum RequestFault: Equatable, Sendable {
        case form, oldSize, hashCount(Int), hash(Int), treeHead(NoteError)
        case oldBeyondSize(old: UInt64, size: UInt64)
    }

    package enum AnswerFault: Equatable, Sendable {
        case form, signature(NoteError), type(String?), size
    }

    package var description: String {
        switch self {
        case .request(let fault): "The request to the witness is not valid: \(fault.words)."
        case .answer(let fault): "The witness's answer is not valid: \(fault.words)."
        case .malformed(let said): WitnessError.refusal("could not read the request", said)
        case .forbidden(let said):
            WitnessError.refusal("trusts no key that signed the tree head; tell its operator the log's key", said)
        case .unknownLog(let said):
            WitnessError.refusal("does not know the log; tell its operator the log's name and key", said)
        case .inconsistent(let said):
            WitnessError.refusal("found that the tree head does not continue the one that it signed last", said)
        case .status(let status, let said): WitnessError.refusal("answered with status \(status)", said)
        }
    }

    /// The HTTP status with which a witness says so; 500 for what is no refusal.
    package var httpStatus: Int {
        switch self {
        case .request, .malformed: 400
        case .forbidden: 403
        case .unknownLog: 404
        case .inconsistent: 422
        case .answer: 500
        case .status(let status, _): status
        }
    }

    /// The reason, as a witness writes it into the body of its answer.
    package var reason: String {
        switch self {
        case .malformed(let said), .forbidden(let said), .unknownLog(let said), .inconsistent(let said),
            .status(_, let said):
            said
        case .request, .answer: description
        }
    }

    private static func refusal(_ what: String, _ said: String) -> String {
        "The witness \(what)." + (said.isEmpty ? "" : " It said: \(said)")
    }
}

extension WitnessError.RequestFault {
    var words: String {
        switch self {
        case .form: "it is not a line with the old size, lines with hashes, a blank line and a note"
        case .oldSize: "its first line is not 'old' and a number without leading zeros"
        case .hashCount(let count): "it has \(count) hashes, and at most \(WitnessRequest.maximumHashCount) are allowed"
        case .hash(let number): "hash \(number) is not the base64 of 32 bytes"
        case .treeHead(let error): "its tree head is wrong. \(error)".withoutPeriod
        case .oldBeyondSize(let old, let size): "its old size is \(old), and its tree head has only \(size) leaves"
        }
    }
}

extension WitnessError.AnswerFault {
    var words: String {
        switch self {
        case .form: "it is not one signature on each line"
        case .signature(let error): "a signature is wrong. \(error)".withoutPeriod
        case .type(let type): "a conflict is of type \(WitnessAnswer.sizeType), not \(type ?? "without one")"
        case .size: "a conflict is a number without leading zeros on a line"
        }
    }
}

extension String {
    fileprivate var withoutPeriod: String { hasSuffix(".") ? String(dropLast()) : self }
}
