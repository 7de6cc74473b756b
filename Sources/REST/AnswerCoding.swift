import Compression
package import HTTPTypes

/// A way in which answers are packed (RFC 9110, section 12.5.3).
package enum AnswerCoding: String, Sendable {
    case gzip, zstd

    /// The fewest bytes that are worth it.
    static let leastByteCount = 1024

    /// The coding that the client wants most, zstd before gzip; nil when it wants none of them.
    package init?(acceptedBy fields: HTTPFields) {
        var best: (coding: AnswerCoding, quality: Double)?
        for entry in fields[values: .acceptEncoding].flatMap({ $0.split(separator: ",") }) {
            let parts = entry.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let coding = parts.first.flatMap({ AnswerCoding(rawValue: $0.lowercased()) }) else { continue }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            let quality = weight ?? 1
            guard quality > 0 else { continue }
            if best.map({ quality > $0.quality || quality == $0.quality && coding == .zstd }) ?? true {
                best = (coding, quality)
            }
        }
        guard let best else { return nil }
        self = best.coding
    }
}

/// Packs the pieces of an answer's body, in order.
///
/// Unchecked: it belongs to the one task that writes the answer.
final class AnswerPacker: @unchecked Sendable {
    private let gzip: GzipCompressor?
    private var zstd: ZstandardCompressor

    init(_ coding: AnswerCoding) throws {
        gzip = coding == .gzip ? try GzipCompressor() : nil
        zstd = try ZstandardCompressor()
    }

    /// The packed form of some bytes. Each piece is a Zstandard frame of its own; a gzip member ends with the last piece.
    func pack(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8] {
        if let gzip { return gzip.pack(bytes, isLast: isLast) }
        return bytes.isEmpty ? [] : try zstd.compress(bytes, level: 1)
    }
}
