/// The file of an object, held open.
package struct ObjectFile: Sendable {
    private static let pieceByteCount = 1 << 20

    private let file: any OpenFile
    package let byteCount: Int64

    init(file: any OpenFile, byteCount: Int64) {
        self.file = file
        self.byteCount = byteCount
    }

    /// Calls `body` with all bytes in order, at most 1 MiB at once.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < byteCount {
            let count = try file.read(into: buffer, at: offset)
            guard count > 0 else { return }
            let rest = Int(min(Int64(count), byteCount - offset))
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<rest]))
            offset += Int64(rest)
        }
    }
}
