/// Structures in Thrift's compact protocol, of which Parquet's headers and footer are made (Apache Thrift,
/// *Thrift compact protocol encoding*).
struct ThriftWriter {
    enum Kind: UInt8 {
        case integer16 = 4, integer32 = 5, integer64 = 6, binary = 8, list = 9, structure = 12
    }

    private(set) var bytes: [UInt8] = []
    private var lastField = 0

    /// The bytes of a structure whose fields `body` writes in the order of their numbers.
    static func structure(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
        var writer = ThriftWriter()
        body(&writer)
        writer.bytes.append(0)
        return writer.bytes
    }

    mutating func integer(_ field: Int, _ value: Int, _ kind: Kind = .integer32) {
        header(field, kind.rawValue)
        append(zigzag: value)
    }

    mutating func integer64(_ field: Int, _ value: Int) { integer(field, value, .integer64) }

    mutating func flag(_ field: Int, _ value: Bool) { header(field, value ? 1 : 2) }

    mutating func binary(_ field: Int, _ value: some Collection<UInt8>) {
        header(field, Kind.binary.rawValue)
        append(value)
    }

    mutating func structure(_ field: Int, _ body: (inout ThriftWriter) -> Void) {
        header(field, Kind.structure.rawValue)
        bytes += Self.structure(body)
    }

    mutating func integers(_ field: Int, _ values: [Int]) {
        list(field, .integer32, count: values.count)
        for value in values { append(zigzag: value) }
    }

    mutating func texts(_ field: Int, _ values: [String]) {
        list(field, .binary, count: values.count)
        for value in values { append(value.utf8) }
    }

    /// Structures that are written already.
    mutating func structures(_ field: Int, _ values: [[UInt8]]) {
        list(field, .structure, count: values.count)
        for value in values { bytes += value }
    }

    private mutating func list(_ field: Int, _ kind: Kind, count: Int) {
        header(field, Kind.list.rawValue)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xF0 | kind.rawValue)
            ProtobufWriter.append(UInt64(count), to: &bytes)
        }
    }

    private mutating func header(_ field: Int, _ kind: UInt8) {
        precondition(field > lastField && field - lastField < 16, "fields are written in their order")
        bytes.append(UInt8(field - lastField) << 4 | kind)
        lastField = field
    }

    private mutating func append(zigzag value: Int) {
        ProtobufWriter.append(UInt64(bitPattern: Int64(value << 1 ^ value >> 63)), to: &bytes)
    }

    private mutating func append(_ data: some Collection<UInt8>) {
        ProtobufWriter.append(UInt64(data.count), to: &bytes)
        bytes.append(contentsOf: data)
    }
}
