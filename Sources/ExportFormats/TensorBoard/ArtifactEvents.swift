import JSON
package import Tracking

/// An artifact that TensorBoard can show, as the Python client keeps it: pictures, histograms and tables by their kind, of a
/// series called by their key, at a step.
package struct ShownArtifact: Sendable {
    package enum Kind: String, Sendable { case image, histogram, table, figure }

    package var kind: Kind
    package var tag: String
    package var step: Int64
    package var time: Timestamp

    /// Nil for what TensorBoard cannot show.
    package init?(kind: String?, contentType: String, key: String?, path: String, step: Int64?, time: Timestamp) {
        guard let kind = kind.flatMap(Kind.init) else { return nil }
        switch kind {
        case .image, .figure: guard contentType.hasPrefix("image/png") else { return nil }
        case .histogram, .table: guard contentType.hasPrefix("application/json") else { return nil }
        }
        self.kind = kind
        tag = key ?? path
        self.step = step ?? 0
        self.time = time
    }
}

extension EventEncoder {
    /// The most rows of a table that are shown.
    private static let maximumRowCount = 100

    /// Adds artifacts of one kind, tag and step: pictures together, of others the last.
    ///
    /// - Returns: False when the contents are not what their kind says; nothing is added then.
    package mutating func append(_ artifact: ShownArtifact, _ contents: [[UInt8]]) -> Bool {
        switch artifact.kind {
        case .image, .figure: return append(pictures: artifact, contents)
        case .histogram, .table:
            guard let content = contents.last else { return false }
            do {
                let document = try JSONValue.parse(content)
                return artifact.kind == .table
                    ? append(table: artifact, document) : append(histogram: artifact, document)
            } catch {
                return false
            }
        }
    }

    private mutating func append(pictures artifact: ShownArtifact, _ contents: [[UInt8]]) -> Bool {
        // A PNG file's signature, then the chunk IHDR with the width and the height (W3C, Portable Network Graphics, 11.2.1).
        guard let first = contents.first,
            contents.allSatisfy({ $0.count > 24 && $0.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) })
        else { return false }
        func number(_ range: Range<Int>) -> Int { first[range].reduce(0) { $0 << 8 | Int($1) } }
        append(
            pictures: contents, width: number(16..<20), height: number(20..<24), tag: artifact.tag,
            step: artifact.step, time: artifact.time)
        return true
    }

    private mutating func append(histogram artifact: ShownArtifact, _ document: JSONValue) -> Bool {
        guard document["format"] == "pivot.histogram", let edges = document["edges"]?.arrayValue,
            let counts = document["counts"]?.arrayValue
        else { return false }
        let (edgeNumbers, countNumbers) = (edges.compactMap(\.doubleValue), counts.compactMap(\.doubleValue))
        guard edgeNumbers.count == edges.count, countNumbers.count == counts.count,
            edges.count == counts.count + 1 || edges.isEmpty && counts.isEmpty
        else { return false }
        append(
            histogram: edgeNumbers, counts: countNumbers, tag: artifact.tag, step: artifact.step, time: artifact.time)
        return true
    }

    private mutating func append(table artifact: ShownArtifact, _ document: JSONValue) -> Bool {
        guard document["format"] == "pivot.table", let columns = document["columns"]?.arrayValue,
            let rowCount = document["row_count"]?.integerValue, !columns.isEmpty
        else { return false }
        let heads = columns.map { $0["name"]?.stringValue ?? "" }
        let values = columns.map { $0["values"]?.arrayValue ?? [] }
        let rows = (0..<min(Int(clamping: rowCount), Self.maximumRowCount)).map { row in
            values.map { cells in row < cells.count ? Self.text(cells[row]) : "" }
        }
        var text = MarkdownText.table(heads, rows)
        if rowCount > Self.maximumRowCount {
            text += "\n\nThe first \(Self.maximumRowCount) of \(rowCount) rows."
        }
        append(text: text, tag: artifact.tag, step: artifact.step, time: artifact.time)
        return true
    }

    private static func text(_ cell: JSONValue) -> String {
        if let text = cell.stringValue ?? cell["number"]?.stringValue { return text }
        return cell.isNull ? "" : String(decoding: cell.encoded(), as: UTF8.self)
    }
}
