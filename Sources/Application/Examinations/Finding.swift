package import JSON

/// Something that an examination of a data directory found, in plain words.
package struct Finding: Equatable, Sendable {
    /// What can be done about it without losing anything.
    package enum Repair: String, CaseIterable, Sendable {
        /// The read models are built again from the log.
        case readModels = "read_models"
        /// The log is written again from its own records, with new indexes; the old one is kept.
        case logIndex = "log_index"
        /// Files of processes that are gone are deleted.
        case temporaryFiles = "temporary_files"
        /// Blobs that nothing names are deleted once they are a day old.
        case unneededBlobs = "unneeded_blobs"
        /// Files are made readable by their owner alone.
        case permissions
    }

    /// The part of the data directory, such as `log` or `blobs`.
    package var part: String
    /// True when something is wrong; false for what is only worth knowing.
    package var isProblem: Bool
    /// What is the case and what to do.
    package var message: String
    package var repair: Repair?

    package init(_ part: String, isProblem: Bool = true, _ message: String, repair: Repair? = nil) {
        (self.part, self.isProblem, self.message, self.repair) = (part, isProblem, message, repair)
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "part": .string(part), "problem": .bool(isProblem), "message": .string(message),
        ]
        object["repair"] = repair.map { .string($0.rawValue) }
        return .object(object)
    }

    /// Nil for JSON that is none.
    package init?(_ json: JSONValue) {
        guard let part = json["part"]?.stringValue, let isProblem = json["problem"]?.boolValue,
            let message = json["message"]?.stringValue
        else { return nil }
        self.init(
            part, isProblem: isProblem, message, repair: json["repair"]?.stringValue.flatMap { Repair(rawValue: $0) })
    }
}
