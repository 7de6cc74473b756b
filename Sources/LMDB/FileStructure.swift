import Glibc

/// Reads all pages that the newest commit of a data file uses, and checks that they are sound trees: what the library
/// itself takes on trust.
///
/// Values are left to the checksums of entries.
struct FileStructure {
    /// The kinds of keys, by their order.
    private enum KeyKind {
        case bytes
        /// Integers of 8 bytes, in the machine's byte order.
        case number
    }

    /// The description that a tree has of itself.
    private struct Tree {
        static let byteCount = 48

        let flags: UInt16
        let depth: Int
        let branchCount: UInt64
        let leafCount: UInt64
        let overflowCount: UInt64
        let entryCount: UInt64
        let root: UInt64

        init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
            flags = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
            depth = Int(bytes.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
            branchCount = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            leafCount = bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
            overflowCount = bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
            entryCount = bytes.loadUnaligned(fromByteOffset: offset + 32, as: UInt64.self)
            root = bytes.loadUnaligned(fromByteOffset: offset + 40, as: UInt64.self)
        }
    }

    /// The pages and entries that were found of a tree.
    private struct Counts {
        var branches: UInt64 = 0
        var leaves: UInt64 = 0
        var overflows: UInt64 = 0
        var entries: UInt64 = 0
    }

    private struct Node {
        let key: UnsafeRawBufferPointer
        let flags: UInt16
        /// Of a branch, the page below; of a leaf, the length of the value.
        let number: UInt64
        /// Of a leaf, where the value or the number of its first page lies.
        let valueOffset: Int
    }

    private static let nodeHeaderByteCount = 8
    private static let isInOwnPages: UInt16 = 1
    private static let isTree: UInt16 = 2
    /// Beyond this a tree of 2^40 pages is not sound.
    private static let maximumDepth = 32

    /// The whole file.
    private let file: UnsafeRawBufferPointer
    private let pageByteCount: Int
    private let lastPage: UInt64
    /// A bit for each page: whether something uses it.
    private var used: [UInt64]
    /// Called before each page; it may wait.
    private let beforePage: () -> Void

    /// Returns whether the pages are sound; nil when the file cannot be mapped.
    ///
    /// - Parameters:
    ///   - descriptor: The file, which nobody shortens meanwhile.
    ///   - meta: The bytes of its newest meta page behind the header.
    ///   - lastPage: The last page that it uses, which the file must have.
    ///   - beforePage: Called before each page; it may wait. Without it the whole file is asked of the disk at once.
    static func isSound(
        _ descriptor: Int32, meta: UnsafeRawBufferPointer, pageByteCount: Int, lastPage: UInt64,
        beforePage: (() -> Void)? = nil
    ) -> Bool? {
        let byteCount = (Int(lastPage) + 1) * pageByteCount
        guard let start = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            return nil
        }
        defer { munmap(start, byteCount) }
        if beforePage == nil { madvise(start, byteCount, MADV_WILLNEED) }
        var structure = FileStructure(
            file: UnsafeRawBufferPointer(start: start, count: byteCount), pageByteCount: pageByteCount,
            lastPage: lastPage, beforePage: beforePage ?? {})
        guard structure.markUsed(0..<2) else { return false }
        let free = Tree(meta, at: 24)
        let main = Tree(meta, at: 72)
        return structure.check(free, .number, isMain: false, isFree: true)
            && structure.check(main, .bytes, isMain: true, isFree: false)
    }

    private init(
        file: UnsafeRawBufferPointer, pageByteCount: Int, lastPage: UInt64, beforePage: @escaping () -> Void
    ) {
        self.file = file
        self.pageByteCount = pageByteCount
        self.lastPage = lastPage
        self.beforePage = beforePage
        used = [UInt64](repeating: 0, count: Int(lastPage / 64) + 1)
    }

    /// Checks a tree and, below the main one, all others.
    private mutating func check(_ tree: Tree, _ kind: KeyKind, isMain: Bool, isFree: Bool) -> Bool {
        let wantedFlags: UInt16 = kind == .number ? 8 : 0
        guard tree.flags & 0x7FFF == wantedFlags else { return false }
        guard tree.root != .max else { return tree.entryCount == 0 && tree.depth == 0 }
        guard (1...Self.maximumDepth).contains(tree.depth) else { return false }
        var counts = Counts()
        guard walk(tree.root, depth: tree.depth, kind, from: nil, to: nil, isMain: isMain, isFree: isFree, &counts)
        else { return false }
        return counts.branches == tree.branchCount && counts.leaves == tree.leafCount
            && counts.overflows == tree.overflowCount && counts.entries == tree.entryCount
    }

    /// Checks the page `number` and all below it; its keys lie from `lower` to before `upper`.
    private mutating func walk(
        _ number: UInt64, depth: Int, _ kind: KeyKind, from lower: UnsafeRawBufferPointer?,
        to upper: UnsafeRawBufferPointer?, isMain: Bool,
        isFree: Bool, _ counts: inout Counts
    ) -> Bool {
        guard number <= lastPage, markUsed(number..<number + 1) else { return false }
        beforePage()
        let page = bytes(of: number, count: pageByteCount)
        let header = PageHeader(page)
        let isLeaf = depth == 1
        guard header.number == number, header.flags == (isLeaf ? PageHeader.leaf : PageHeader.branch),
            header.lower > PageHeader.byteCount, header.lower % 2 == 0, header.lower <= header.upper,
            header.upper <= pageByteCount
        else { return false }
        if isLeaf { counts.leaves += 1 } else { counts.branches += 1 }
        var previous: UnsafeRawBufferPointer?
        var nodes: [Node] = []
        for index in 0..<(header.lower - PageHeader.byteCount) / 2 {
            guard let node = node(index, of: page, header, isLeaf: isLeaf) else { return false }
            // The first key of a branch is not stored.
            if isLeaf || index > 0 {
                guard isOrdered(previous, node.key, kind, from: lower, to: upper) else { return false }
                previous = node.key
            }
            if isLeaf {
                counts.entries += 1
                guard checkValue(node, page, isMain: isMain, isFree: isFree, &counts) else { return false }
            } else {
                nodes.append(node)
            }
        }
        for (index, node) in nodes.enumerated() {
            let first = index == 0 ? lower : node.key
            let end = index + 1 < nodes.count ? nodes[index + 1].key : upper
            guard
                walk(
                    node.number, depth: depth - 1, kind, from: first, to: end, isMain: isMain, isFree: isFree,
                    &counts)
            else { return false }
        }
        return true
    }

    private func node(
        _ index: Int, of page: UnsafeRawBufferPointer, _ header: PageHeader, isLeaf: Bool
    ) -> Node? {
        let offset = Int(page.loadUnaligned(fromByteOffset: PageHeader.byteCount + 2 * index, as: UInt16.self))
        guard offset >= header.upper, offset % 2 == 0, offset + Self.nodeHeaderByteCount <= pageByteCount else {
            return nil
        }
        let low = UInt64(page.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        let high = UInt64(page.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self))
        let flags = page.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self)
        let keyCount = Int(page.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
        let keyOffset = offset + Self.nodeHeaderByteCount
        guard keyOffset + keyCount <= pageByteCount else { return nil }
        let key = UnsafeRawBufferPointer(rebasing: page[keyOffset..<keyOffset + keyCount])
        let number = low | high << 16
        guard isLeaf else {
            return Node(key: key, flags: 0, number: number | UInt64(flags) << 32, valueOffset: 0)
        }
        let inPage = flags & Self.isInOwnPages != 0 ? 8 : Int(number)
        guard keyCount > 0, flags & ~(Self.isInOwnPages | Self.isTree) == 0,
            keyOffset + keyCount + inPage <= pageByteCount
        else { return nil }
        return Node(key: key, flags: flags, number: number, valueOffset: keyOffset + keyCount)
    }

    private func isOrdered(
        _ previous: UnsafeRawBufferPointer?, _ key: UnsafeRawBufferPointer, _ kind: KeyKind,
        from lower: UnsafeRawBufferPointer?, to upper: UnsafeRawBufferPointer?
    ) -> Bool {
        guard kind == .bytes || key.count == 8 else { return false }
        func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
            guard kind == .number, left.count == 8, right.count == 8 else { return left.isOrdered(before: right) }
            return left.loadUnaligned(as: UInt64.self) < right.loadUnaligned(as: UInt64.self)
        }
        if let previous, !precedes(previous, key) { return false }
        if previous == nil, let lower, precedes(key, lower) { return false }
        if let upper, !precedes(key, upper) { return false }
        return true
    }

    /// Checks what a leaf's value leads to: pages of its own, another tree, or free pages.
    private mutating func checkValue(
        _ node: Node, _ page: UnsafeRawBufferPointer, isMain: Bool, isFree: Bool, _ counts: inout Counts
    ) -> Bool {
        guard (node.flags & Self.isTree != 0) == isMain else { return false }
        if isMain {
            guard node.flags == Self.isTree, node.number == UInt64(Tree.byteCount) else { return false }
            return check(Tree(page, at: node.valueOffset), .bytes, isMain: false, isFree: false)
        }
        guard node.flags == Self.isInOwnPages else {
            return !isFree
                || markFree(
                    UnsafeRawBufferPointer(rebasing: page[node.valueOffset..<node.valueOffset + Int(node.number)]))
        }
        let first = page.loadUnaligned(fromByteOffset: node.valueOffset, as: UInt64.self)
        guard first <= lastPage else { return false }
        let header = PageHeader(bytes(of: first, count: PageHeader.byteCount))
        let count = UInt64(header.overflowCount)
        // A value that took the place of a longer one may leave some of its pages empty.
        guard header.number == first, header.flags == PageHeader.overflow, count <= lastPage - first + 1,
            PageHeader.byteCount + Int(node.number) <= Int(count) * pageByteCount, markUsed(first..<first + count)
        else { return false }
        counts.overflows += count
        guard isFree else { return true }
        let whole = bytes(of: first, count: PageHeader.byteCount + Int(node.number))
        return markFree(UnsafeRawBufferPointer(rebasing: whole[PageHeader.byteCount...]))
    }

    /// Marks the pages of a list of free ones: how many there are, and their numbers, 8 bytes each.
    private mutating func markFree(_ list: UnsafeRawBufferPointer) -> Bool {
        guard list.count >= 8, list.count % 8 == 0 else { return false }
        let count = list.loadUnaligned(as: UInt64.self)
        guard count <= UInt64(list.count / 8 - 1) else { return false }
        for index in 0..<Int(count) {
            let number = list.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self)
            guard number <= lastPage, markUsed(number..<number + 1) else { return false }
        }
        return true
    }

    /// Marks pages as used; returns whether none was before.
    private mutating func markUsed(_ numbers: Range<UInt64>) -> Bool {
        for number in numbers {
            let bit: UInt64 = 1 << (number % 64)
            guard used[Int(number / 64)] & bit == 0 else { return false }
            used[Int(number / 64)] |= bit
        }
        return true
    }

    /// The first bytes of the pages from `number` on, which the file must have.
    private func bytes(of number: UInt64, count: Int) -> UnsafeRawBufferPointer {
        let start = Int(number) * pageByteCount
        return UnsafeRawBufferPointer(rebasing: file[start..<start + count])
    }
}
