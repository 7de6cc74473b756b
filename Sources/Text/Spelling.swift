/// Finds the name that somebody meant when there is none of the name that was written.
package enum Spelling {
    /// The longest name that is looked at, in bytes.
    private static let maximumByteCount = 64

    /// The one of `names` that differs from `name` in at most two letters (a third of its length); nil when none does.
    /// Capitals do not count, and a hyphen is an underscore.
    package static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        guard let best = best(name, names) else { return nil }
        return best.distance <= min(2, max(1, name.utf8.count / 3)) ? best.name : nil
    }

    /// That there is no `kind` called `name`, with the nearest of `names`, or with all of them when none is near.
    package static func unknown(_ kind: String, _ name: String, among names: [String]) -> String {
        let shown = name.utf8.count > maximumByteCount ? "\(name.prefix(maximumByteCount))…" : name
        if let nearest = nearest(to: name, among: names) ?? names.first(where: { isPart(name, $0) }) {
            return "There is no \(kind) '\(shown)'. Did you mean '\(nearest)'?"
        }
        if names.isEmpty { return "There is no \(kind) '\(shown)': none is accepted here." }
        return "There is no \(kind) '\(shown)'. Available: \(names.joined(separator: ", "))."
    }

    private static func best(_ name: String, _ names: some Sequence<String>) -> (distance: Int, name: String)? {
        guard name.utf8.count <= maximumByteCount else { return nil }
        let bytes = folded(name)
        return names.map { (distance: distance(bytes, folded($0)), name: $0) }.min { $0.distance < $1.distance }
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// True when one name is the other with an ending or a beginning: `tag` and `tags`, `name` and `session_name`.
    private static func isPart(_ left: String, _ right: String) -> Bool {
        let (short, long) = left.utf8.count < right.utf8.count ? (left, right) : (right, left)
        return short.utf8.count >= 3 && (long.hasPrefix(short) || long.hasSuffix("_" + short))
    }

    /// The fewest insertions, deletions, replacements and exchanges of neighbours that make one text the other (optimal
    /// string alignment: Damerau 1964, Levenshtein 1965).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var next = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(row[j] + (byte == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, byte == right[j - 1], left[i - 1] == other { best = min(best, before[j - 1] + 1) }
                next.append(best)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
