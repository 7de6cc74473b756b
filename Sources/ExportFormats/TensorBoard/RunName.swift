/// The folders of runs in a logdir, whose names TensorBoard shows.
package enum RunName {
    /// The longest name of a session that is kept, in bytes; file systems take 255.
    private static let maximumByteCount = 120

    /// A session's folder: its name, with `_` for what is neither a letter nor a digit of any script nor `.`, `-`, `+`, `=`, and
    /// the last eight characters of its id.
    package static func folder(name: String, id: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            let isKept =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .nonspacingMark
                || scalar.properties.generalCategory == .spacingMark || "._-+=".unicodeScalars.contains(scalar)
            if !isKept && text.last == "_" { continue }
            let kept = isKept ? String(scalar) : "_"
            guard text.utf8.count + kept.utf8.count <= maximumByteCount else { break }
            text.unicodeScalars.append(contentsOf: kept.unicodeScalars)
        }
        while text.first == "." || text.first == "_" { text.removeFirst() }
        while text.last == "." || text.last == "_" { text.removeLast() }
        let end = id.suffix(8)
        return text.isEmpty ? String(end) : text + "-" + end
    }

    /// The folder beside the others of a session's points by epoch, whose steps are epochs.
    package static let epochs = "epochs"

    /// The folder of one attempt.
    package static func attempt(_ number: UInt32) -> String { "attempt-\(number)" }

    /// The name of the event file that begins at `seconds` since 1970; its kind is what TensorBoard looks for.
    package static func eventFile(startingAt seconds: Int64, id: String, part: Int = 0) -> String {
        let time = String(max(seconds, 0))
        let number = String(part)
        return "events.out.tfevents." + String(repeating: "0", count: max(0, 10 - time.count)) + time + ".pivot."
            + id + "." + String(repeating: "0", count: max(0, 4 - number.count)) + number
    }
}
