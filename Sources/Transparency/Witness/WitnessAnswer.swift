/// What a witness answers to a ``WitnessRequest`` (C2SP tlog-witness).
package enum WitnessAnswer: Hashable, Sendable {
    /// 200: the cosignatures, which are to be verified with the witness's key.
    case cosigned([NoteSignature])
    /// 409: the last tree head that it signed has this size; ask again from there.
    case conflict(size: UInt64)

    /// The type of the body of a conflict.
    package static let sizeType = "text/x.tlog.size"

    /// The answer with the HTTP status `status`, the media type `type` and the body `body`.
    ///
    /// - Throws: ``WitnessError``: what the witness refused and why, or that its answer is not one.
    package init(status: Int, type: String?, body: [UInt8]) throws(WitnessError) {
        switch status {
        case 200: self = .cosigned(try WitnessAnswer.signatures(body))
        case 409: self = .conflict(size: try WitnessAnswer.size(type: type, body))
        case 400: throw .malformed(WitnessAnswer.excerpt(body))
        case 403: throw .forbidden(WitnessAnswer.excerpt(body))
        case 404: throw .unknownLog(WitnessAnswer.excerpt(body))
        case 422: throw .inconsistent(WitnessAnswer.excerpt(body))
        default: throw .status(status, WitnessAnswer.excerpt(body))
        }
    }

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .cosigned: 200
        case .conflict: 409
        }
    }

    /// The body.
    package var body: [UInt8] {
        switch self {
        case .cosigned(let signatures): Array(signatures.map { $0.line + "\n" }.joined().utf8)
        case .conflict(let size): Array("\(size)\n".utf8)
        }
    }

    private static func signatures(_ body: [UInt8]) throws(WitnessError) -> [NoteSignature] {
        guard body.count <= Note.maximumByteCount, body.last == UInt8(ascii: "\n"),
            let text = String(validating: body.dropLast(), as: UTF8.self)
        else { throw .answer(.form) }
        var signatures: [NoteSignature] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do throws(NoteError) {
                signatures.append(try NoteSignature(line: line, number: number + 1))
            } catch {
                throw .answer(.signature(error))
            }
        }
        guard signatures.count <= Note.maximumSignatureCount else { throw .answer(.form) }
        return signatures
    }

    private static func size(type: String?, _ body: [UInt8]) throws(WitnessError) -> UInt64 {
        guard type == sizeType else { throw .answer(.type(type)) }
        guard body.last == UInt8(ascii: "\n"), let text = String(validating: body.dropLast(), as: UTF8.self),
            let size = DecimalNumber.parse(text)
        else { throw .answer(.size) }
        return size
    }

    /// The beginning of what a witness says of its refusal, on one line, for a message.
    private static func excerpt(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })).trimmed
    }
}

extension String {
    /// Without the spaces at its ends.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }
}
