import ExportFormats
import TestSupport
import Testing
import Tracking

@Suite("Tables")
struct TableTests {
    static let columns = [
        TableColumn("name, \"quoted\"", .text), TableColumn("note", .text, isOptional: true),
        TableColumn("count", .integer), TableColumn("epoch", .integer, isOptional: true), TableColumn("time", .time),
        TableColumn("wert", .number), TableColumn("rest", .number, isOptional: true),
    ]

    static let batch = TableBatch(
        rowCount: 4,
        [
            .text("lö,ss"), .texts(["a\nb", nil, "", "d"]), .integers([0, -1, .max, .min]),
            .integers([1, 0, 0, 4], isPresent: [true, false, false, true]),
            .integers([0, 1_700_000_000_123_456, -1, 1]), .numbers([0.1, .nan, -.infinity, -0.0]), .absent,
        ])

    private static func bytes(_ writer: any TableWriter, _ batches: [TableBatch]) throws -> [UInt8] {
        var writer = writer
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        for batch in batches { try writer.append(batch, to: &bytes) }
        try writer.end(&bytes)
        return bytes
    }

    @Test("CSV quotes what it must, has all digits, and leaves out what is not there")
    func csv() throws {
        let text = String(decoding: try Self.bytes(CSVWriter(Self.columns), [Self.batch]), as: UTF8.self)
        #expect(
            text == """
                "name, ""quoted""\",note,count,epoch,time,wert,rest
                "lö,ss","a
                b",0,1,1970-01-01T00:00:00.000000Z,0.1,
                "lö,ss",,-1,,2023-11-14T22:13:20.123456Z,NaN,
                "lö,ss",,9223372036854775807,,1969-12-31T23:59:59.999999Z,-inf,
                "lö,ss",d,-9223372036854775808,4,1970-01-01T00:00:00.000001Z,-0.0,

                """)
    }

    @Test("JSON Lines leaves out what is not there, and writes NaN as the API does")
    func jsonLines() throws {
        let text = String(decoding: try Self.bytes(JSONLinesWriter(Self.columns), [Self.batch]), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines[1] == #"{"name, \"quoted\"":"lö,ss","count":-1,"time":"2023-11-14T22:13:20.123456Z","wert":"NaN"}"#)
    }

    @Test("a Parquet file has the bytes it always had, however its rows come")
    func parquet() throws {
        let bytes = try Self.bytes(ParquetWriter(Self.columns), [Self.batch, Self.batch])
        try Golden.expect(bytes, named: "table.parquet")
        #expect(bytes.starts(with: "PAR1".utf8) && bytes.suffix(4) == Array("PAR1".utf8)[...])
        #expect(try Self.bytes(ParquetWriter(Self.columns), []).count > 12)
    }

    @Test("messages are read back as they were written, in pieces of any size", arguments: [1, 7, 100_000])
    func messages(size: Int) throws {
        let bytes = try Self.bytes(MessageTableWriter(Self.columns), [Self.batch, Self.batch])
        var reader = MessageTableReader()
        var batches: [TableBatch] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.add(Array(bytes[start..<min(start + size, bytes.count)]))
            while let batch = try reader.next() { batches.append(batch) }
        }
        #expect(reader.isComplete)
        #expect(reader.columns == Self.columns)
        #expect(batches.count == 2)
        // NaN is not equal to itself.
        #expect(batches.allSatisfy { "\($0)" == "\(Self.batch)" })
    }

    @Test("damaged messages are refused and never trap", arguments: 0..<64)
    func damage(seed: Int) throws {
        var bytes = try Self.bytes(MessageTableWriter(Self.columns), [Self.batch])
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<4 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[Int(random >> 33) % bytes.count] = UInt8(truncatingIfNeeded: random >> 20)
        }
        var reader = MessageTableReader()
        reader.add(bytes)
        do throws(ExportError) {
            while try reader.next() != nil {}
        } catch {
            #expect(error.code == .malformed)
        }
    }

    @Test("a metric that is called like a place of the wide form has a name of its own there")
    func wideNames() {
        let columns = PointTable.wideColumns(of: ["loss", "metric.step", "step"])
        #expect(columns.map(\.name).suffix(3) == ["loss", "metric.step", "metric.metric.step"])
        #expect(Set(columns.map(\.name)).count == columns.count)
    }

    @Test("runs and packed bits are what the format's examples show")
    func runLengths() {
        // The examples of parquet-format's Encodings: 0 to 7 in three bits, and a run.
        #expect(
            RunLengths.encoded([0, 1, 2, 3, 4, 5, 6, 7], bitWidth: 3) == [3, 0b1000_1000, 0b1100_0110, 0b1111_1010])
        #expect(RunLengths.encoded([UInt32](repeating: 1, count: 100), bitWidth: 1) == [200, 1, 1])
        #expect(RunLengths.encoded([], bitWidth: 1) == [])
    }

    @Test("statistics leave out NaN's groups, and zeros may be of either sign")
    func statistics() {
        func bounds(_ numbers: [Double]) -> [Double]? {
            var statistics = ParquetStatistics()
            for number in numbers { statistics.add(number) }
            return statistics.bounds.map { bounds in
                [bounds.least, bounds.greatest].map { bytes in
                    Double(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
                }
            }
        }
        #expect(bounds([1, .nan]) == nil)
        #expect(bounds([3, -.infinity, 2]) == [-.infinity, 3])
        #expect(bounds([0, 1])?[0].sign == .minus)
        #expect(bounds([-0.0, -1])?[1].sign == .plus)
        #expect(bounds([]) == nil)
    }

    @Test("a long path, one that is not ASCII and a large size have a header before theirs")
    func tar() {
        let time = Timestamp(rawValue: 0)
        #expect(TarWriter.header("a/b", byteCount: 5, time: time).count == 512)
        let header = TarWriter.header("ü", byteCount: 8 << 30, time: time)
        #expect(header.count == 3 * 512)
        let text = String(decoding: header, as: UTF8.self)
        #expect(text.contains("11 path=ü\n") && text.contains("19 size=8589934592\n"))
    }

    @Test("a header is read as it was written, and what is none is refused")
    func tarHeaders() throws {
        let time = Timestamp(rawValue: 0)
        let plain = try #require(try TarHeader(TarWriter.header("a/b", byteCount: 5, time: time)[...]))
        #expect(plain.kind == .file && plain.path == "a/b" && plain.byteCount == 5)
        let path = String(repeating: "größe/", count: 40) + "z"
        let blocks = TarWriter.header(path, byteCount: 8 << 30, time: time)
        let extended = try #require(try TarHeader(blocks[..<512]))
        #expect(extended.kind == .extended)
        let records = try TarHeader.records(in: Array(blocks[512..<512 + Int(extended.byteCount)]))
        #expect(records == ["path": path, "size": "8589934592"])
        #expect(try TarHeader(blocks.suffix(512))?.kind == .file)
        #expect(try TarHeader(TarWriter.end[..<512]) == nil)
        var damaged = TarWriter.header("a/b", byteCount: 5, time: time)
        damaged[0] ^= 1
        #expect(throws: TarError.malformed) { try TarHeader(damaged[...]) }
        #expect(throws: TarError.truncated) { try TarHeader(damaged.prefix(511)) }
        #expect(throws: TarError.malformed) { try TarHeader.records(in: Array("99 path=a\n".utf8)) }
        #expect(throws: TarError.malformed) { try TarHeader.records(in: Array("3 =".utf8)) }
    }
}
