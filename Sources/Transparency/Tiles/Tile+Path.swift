/// The files of a log that is published as tiles (C2SP tlog-tiles).
package enum TiledLogFile: Hashable, Sendable {
    /// The signed tree head.
    case treeHead
    case tile(Tile)

    /// The path after the log's prefix.
    package var path: String {
        switch self {
        case .treeHead: "checkpoint"
        case .tile(let tile): tile.path
        }
    }

    /// The file at `path`, which has no slash at its beginning.
    package init(path: String) throws(TileError) {
        self = path == "checkpoint" ? .treeHead : .tile(try Tile(path: path))
    }
}

extension Tile {
    /// The path after the log's prefix: `tile/<level>/<index>` or `tile/entries/<index>`, with `.p/<width>` if it is
    /// partial.
    ///
    /// The index is in groups of three digits, all but the last with an x before it: 1234067 is `x001/x234/067`.
    package var path: String {
        var groups = [Tile.group(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + Tile.group(rest % 1000))
            rest /= 1000
        }
        let folder =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(folder)/" + groups.reversed().joined(separator: "/") + (isFull ? "" : ".p/\(width)")
    }

    private static func group(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The tile that `path` names.
    ///
    /// - Throws: What is wrong with the path, which has one spelling for each tile.
    package init(path: String) throws(TileError) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts.removeFirst() == "tile" else { throw .path(path, .noTile) }
        let content = try Tile.content(parts.removeFirst(), of: path)
        var width = Tile.fullWidth
        if parts.count > 1, parts[parts.count - 2].hasSuffix(".p") {
            guard let number = DecimalNumber.parse(parts.removeLast()),
                (1..<Tile.fullWidth).contains(Int(clamping: number))
            else { throw .path(path, .width) }
            width = Int(number)
            parts[parts.count - 1].removeLast(2)
        }
        guard let index = Tile.index(parts) else { throw .path(path, .index) }
        guard index <= Tile.highestIndex(level: content.level) else { throw .path(path, .index) }
        self.init(content, index: index, width: width)
        guard self.path == path else { throw .path(path, .index) }
    }

    private static func content(_ text: String, of path: String) throws(TileError) -> Content {
        if text == "entries" { return .entries }
        guard let level = DecimalNumber.parse(text), level <= UInt64(highestLevel) else {
            throw .path(path, .level)
        }
        return .hashes(level: Int(level))
    }

    /// The number that groups of three digits spell; nil when one is no such group or the number is too large.
    private static func index(_ groups: [String]) -> UInt64? {
        var index: UInt64 = 0
        for (place, group) in groups.enumerated() {
            let isLast = place == groups.count - 1
            guard isLast || group.hasPrefix("x") else { return nil }
            let digits = Array((isLast ? group[...] : group.dropFirst()).utf8)
            guard digits.count == 3, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
                return nil
            }
            let number = digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
            let (product, isTooLarge) = index.multipliedReportingOverflow(by: 1000)
            let (sum, isTooLargeToo) = product.addingReportingOverflow(number)
            guard !isTooLarge, !isTooLargeToo else { return nil }
            index = sum
        }
        return index
    }
}
