/// A picture of up to 256 colours, which becomes a PNG file (Portable Network Graphics, third edition, colour type 3).
package struct IndexedImage {
    package let height: Int
    package let width: Int
    private let colours: [(UInt8, UInt8, UInt8)]
    private var pixels: [UInt8]

    /// A picture of one colour.
    package init(height: Int, width: Int, background: UInt8, colours: [(UInt8, UInt8, UInt8)]) {
        precondition((1...256).contains(colours.count), "a palette has 1 to 256 colours")
        self.height = height
        self.width = width
        self.colours = colours
        pixels = Array(repeating: background, count: height * width)
    }

    /// The index of a pixel's colour.
    package subscript(row: Int, column: Int) -> UInt8 {
        get { pixels[row * width + column] }
        set { pixels[row * width + column] = newValue }
    }

    /// The bytes of the PNG file. Throws `.outOfMemory`.
    package func encoded() throws(ZlibError) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (width + 1))
        for row in 0..<height {
            // The filter None: differences of indices are no smaller than the indices.
            rows.append(0)
            rows += pixels[row * width..<(row + 1) * width]
        }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // Eight bits a pixel, colour type 3, and the only methods there are.
        file += Self.chunk("IHDR", Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height)) + [8, 3, 0, 0, 0])
        file += Self.chunk("PLTE", colours.flatMap { [$0.0, $0.1, $0.2] })
        file += Self.chunk("IDAT", try Zlib.compress(rows, level: 9))
        file += Self.chunk("IEND", [])
        return file
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(Zlib.crc32(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}
