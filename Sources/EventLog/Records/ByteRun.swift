/// Some bytes that lie somewhere, as a collection that generic code of other modules walks quickly: neither its slices
/// nor its iterator are generic types.
struct ByteRun: RandomAccessCollection {
    typealias SubSequence = ByteRun

    private let base: UnsafePointer<UInt8>
    let startIndex: Int
    let endIndex: Int

    /// The `count` bytes at `offset` of `bytes`, which must lie inside and outlive the value.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int, count: Int) {
        guard let start = bytes.baseAddress, offset >= 0, count >= 0, offset + count <= bytes.count else {
            preconditionFailure("the bytes lie inside")
        }
        base = start.assumingMemoryBound(to: UInt8.self)
        startIndex = offset
        endIndex = offset + count
    }

    private init(base: UnsafePointer<UInt8>, startIndex: Int, endIndex: Int) {
        self.base = base
        self.startIndex = startIndex
        self.endIndex = endIndex
    }

    subscript(position: Int) -> UInt8 { base[position] }

    subscript(bounds: Range<Int>) -> ByteRun {
        ByteRun(base: base, startIndex: bounds.lowerBound, endIndex: bounds.upperBound)
    }

    func makeIterator() -> Iterator { Iterator(place: base + startIndex, end: base + endIndex) }

    func prefix(_ maximumCount: Int) -> ByteRun { self[startIndex..<Swift.min(startIndex + maximumCount, endIndex)] }

    func dropFirst(_ count: Int) -> ByteRun { self[Swift.min(startIndex + count, endIndex)..<endIndex] }

    struct Iterator: IteratorProtocol {
        fileprivate var place: UnsafePointer<UInt8>
        fileprivate let end: UnsafePointer<UInt8>

        mutating func next() -> UInt8? {
            guard place < end else { return nil }
            defer { place += 1 }
            return place.pointee
        }
    }
}
