/// The first bytes of a page of a data file, as the library writes them.
struct PageHeader {
    static let byteCount = 16
    static let branch: UInt16 = 1
    static let leaf: UInt16 = 2
    static let overflow: UInt16 = 4

    let number: UInt64
    let flags: UInt16
    /// The end of the places of the page's nodes, and the beginning of the nodes.
    let lower: Int
    let upper: Int
    /// The number of pages that a value of pages of its own has.
    let overflowCount: UInt32

    init(_ page: UnsafeRawBufferPointer) {
        number = page.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        flags = page.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        lower = Int(page.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
        upper = Int(page.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
        overflowCount = page.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    }
}
