import API
import ExportFormats
import REST
import Tracking
import WebServer

/// What is asked of an export, which the bytes of the answer follow from together with the position: the same, the same bytes.
struct ExportQuery: Sendable {
    enum Format: Sendable {
        case table(TableFormat)
        case messages
        case tensorBoard

        static let names = TableFormat.allCases.map(\.rawValue) + ["protobuf", "tensorboard"]

        init?(_ name: String) {
            switch name {
            case "protobuf": self = .messages
            case "tensorboard": self = .tensorBoard
            default:
                guard let format = TableFormat(rawValue: name) else { return nil }
                self = .table(format)
            }
        }
    }

    let session: Session.ID
    let formatName: String
    let format: Format
    let isWide: Bool
    let names: [NamePattern]
    let allAttempts: Bool

    init(_ call: Call) throws {
        session = try call.sessionID()
        guard let name = call.query.text("format") else { throw FieldError("format", "is required") }
        guard let format = Format(name) else {
            throw FieldError("format", "must be one of \(Format.names.joined(separator: ", ")), not '\(name)'")
        }
        formatName = name
        self.format = format
        switch call.query.text("layout") {
        case nil, "long": isWide = false
        case "wide": isWide = true
        case let text?: throw FieldError("layout", "must be long or wide, not '\(text)'")
        }
        if case .tensorBoard = format, call.query.text("layout") != nil {
            throw FieldError("layout", "is for tables; \(name) has none")
        }
        let patterns = call.query.list("metric_names") ?? []
        for pattern in patterns where !(1...NamePattern.maximumByteCount).contains(pattern.utf8.count) {
            throw FieldError("metric_names", "must be patterns of 1 to \(NamePattern.maximumByteCount) bytes")
        }
        names = patterns.map { NamePattern($0) }
        allAttempts = try call.wantsAllAttempts()
    }

    /// The answer's name as a file.
    var fileName: String {
        if case .tensorBoard = format { return "\(session.text).tensorboard.tar" }
        return "\(session.text).\(formatName)"
    }

    var contentType: String {
        switch format {
        case .table(let format): format.contentType
        case .messages: MessageTableWriter.contentType
        case .tensorBoard: "application/x-tar"
        }
    }

    /// The tag of the bytes at `position`. The version goes up when a format's bytes change.
    func tag(at position: LogPosition) -> EntityTag {
        let options = [
            "1", session.text, formatName, isWide ? "wide" : "long", allAttempts ? "all" : "current",
            names.map(\.text).joined(separator: ","),
        ]
        let digest = Digest(hashing: Array(options.joined(separator: "\n").utf8))
        return EntityTag("\(position.rawValue)-\(digest.hex.prefix(16))")
    }

    /// The position that `tag` is of, when it is a tag of this query.
    func position(of tag: String) -> LogPosition? {
        let text = tag.drop { $0 == "\"" }.prefix { $0 != "-" }
        guard let position = UInt64(text).map({ LogPosition($0) }), self.tag(at: position).headerValue == tag else {
            return nil
        }
        return position
    }

    /// The writer of a table's format; nil for a format that is none.
    func writer(of columns: [TableColumn]) -> (any TableWriter)? {
        switch format {
        case .table(let format): format.writer(of: columns)
        case .messages: MessageTableWriter(columns)
        case .tensorBoard: nil
        }
    }
}
