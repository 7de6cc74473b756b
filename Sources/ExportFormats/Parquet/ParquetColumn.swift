import Compression

/// The cells of one column in a row group that is being filled, and their bytes in the file.
///
/// Texts are places in a dictionary, integers and numbers stand as they are; each chunk has one page of them, compressed by
/// Zstandard.
struct ParquetColumn {
    private let column: TableColumn
    /// 1 for a cell that is there, 0 for one that is not; kept only where cells may be missing.
    private var levels: [UInt32] = []
    /// The values that are there, in Parquet's plain form; empty for texts.
    private var plain: [UInt8] = []
    private var dictionary: [String: UInt32] = [:]
    private var dictionaryPage: [UInt8] = []
    private var places: [UInt32] = []
    private var statistics = ParquetStatistics()
    private var rowCount = 0

    init(_ column: TableColumn) { self.column = column }

    /// Adds the rows of `range`.
    mutating func append(_ cells: TableBatch.Cells, _ range: Range<Int>) {
        rowCount += range.count
        switch cells {
        case .absent: addLevels(0, range.count)
        case .text(let text):
            addLevels(1, range.count)
            places.append(contentsOf: repeatElement(place(of: text), count: range.count))
        case .texts(let texts):
            for text in texts[range] {
                addLevels(text == nil ? 0 : 1, 1)
                if let text { places.append(place(of: text)) }
            }
        case .integers(let integers, let isPresent): append(integers, isPresent, range) { $0.add($1) }
        case .numbers(let numbers, let isPresent): append(numbers, isPresent, range) { $0.add($1) }
        }
    }

    private mutating func append<Value: BitwiseCopyable>(
        _ values: [Value], _ isPresent: [Bool]?, _ range: Range<Int>,
        _ note: (inout ParquetStatistics, Value) -> Void
    ) {
        guard let isPresent else {
            addLevels(1, range.count)
            values[range].withUnsafeBytes { plain.append(contentsOf: $0) }
            for value in values[range] { note(&statistics, value) }
            return
        }
        for row in range {
            addLevels(isPresent[row] ? 1 : 0, 1)
            guard isPresent[row] else { continue }
            withUnsafeBytes(of: values[row]) { plain.append(contentsOf: $0) }
            note(&statistics, values[row])
        }
    }

    private mutating func addLevels(_ level: UInt32, _ count: Int) {
        if level == 0 { statistics.addNulls(count) }
        if column.isOptional { levels.append(contentsOf: repeatElement(level, count: count)) }
    }

    private mutating func place(of text: String) -> UInt32 {
        if let place = dictionary[text] { return place }
        let place = UInt32(dictionary.count)
        dictionary[text] = place
        let bytes = Array(text.utf8)
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { dictionaryPage.append(contentsOf: $0) }
        dictionaryPage += bytes
        statistics.add(bytes)
        return place
    }

    /// Adds the chunk to the file, whose next byte is the `offset`th, and returns its `ColumnChunk` and its uncompressed size.
    func write(
        to bytes: inout [UInt8], at offset: Int
    ) throws(ExportError) -> (chunk: [UInt8], uncompressedByteCount: Int) {
        let start = bytes.count
        var uncompressedByteCount = 0
        let hasDictionary = !dictionary.isEmpty
        if hasDictionary {
            uncompressedByteCount += try Self.page(dictionaryPage, to: &bytes) { header in
                header.integer(1, 2)
            } details: { header in
                header.structure(7) { page in
                    page.integer(1, dictionary.count)
                    page.integer(2, ParquetEncoding.plain)
                }
            }
        }
        let dataOffset = offset + bytes.count - start
        uncompressedByteCount += try Self.page(content, to: &bytes) { header in
            header.integer(1, 0)
        } details: { header in
            header.structure(5) { page in
                page.integer(1, rowCount)
                page.integer(2, hasDictionary ? ParquetEncoding.dictionary : ParquetEncoding.plain)
                page.integer(3, ParquetEncoding.runLengths)
                page.integer(4, ParquetEncoding.runLengths)
            }
        }
        let compressedByteCount = bytes.count - start
        let chunk = ThriftWriter.structure { chunk in
            chunk.integer64(2, 0)
            chunk.structure(3) { data in
                data.integer(1, column.kind.parquetType)
                data.integers(
                    2,
                    [ParquetEncoding.plain, ParquetEncoding.runLengths]
                        + (hasDictionary ? [ParquetEncoding.dictionary] : []))
                data.texts(3, [column.name])
                data.integer(4, ParquetEncoding.zstandard)
                data.integer64(5, rowCount)
                data.integer64(6, uncompressedByteCount)
                data.integer64(7, compressedByteCount)
                data.integer64(9, dataOffset)
                if hasDictionary { data.integer64(11, offset) }
                data.structure(12) { told in
                    told.integer64(3, statistics.nullCount)
                    if let (least, greatest) = statistics.bounds {
                        told.binary(5, greatest)
                        told.binary(6, least)
                    }
                }
            }
        }
        return (chunk, uncompressedByteCount)
    }

    /// The data page: the levels with their length before them, and the values.
    private var content: [UInt8] {
        var content: [UInt8] = []
        if column.isOptional {
            let encoded = RunLengths.encoded(levels, bitWidth: 1)
            withUnsafeBytes(of: UInt32(encoded.count).littleEndian) { content.append(contentsOf: $0) }
            content += encoded
        }
        if !dictionary.isEmpty {
            let bitWidth = RunLengths.bitWidth(upTo: dictionary.count - 1)
            content.append(UInt8(bitWidth))
            content += RunLengths.encoded(places, bitWidth: bitWidth)
        }
        return content + plain
    }

    /// Adds a page, compressed, and returns its size with the header's before compression.
    private static func page(
        _ content: [UInt8], to bytes: inout [UInt8], type: (inout ThriftWriter) -> Void,
        details: (inout ThriftWriter) -> Void
    ) throws(ExportError) -> Int {
        let compressed: [UInt8]
        do throws(ZstandardError) {
            compressed = try Zstandard.compress(content, level: 1)
        } catch {
            throw ExportError(.outOfMemory, error.description)
        }
        let header = ThriftWriter.structure { header in
            type(&header)
            header.integer(2, content.count)
            header.integer(3, compressed.count)
            details(&header)
        }
        bytes += header
        bytes += compressed
        return header.count + content.count
    }
}

/// Parquet's numbers for encodings and codecs.
enum ParquetEncoding {
    static let plain = 0
    static let runLengths = 3
    static let dictionary = 8
    static let zstandard = 6
}

extension TableColumn.Kind {
    /// Parquet's number for the physical type.
    var parquetType: Int {
        switch self {
        case .integer, .time: 2
        case .number: 5
        case .text: 6
        }
    }
}
