import Compression
import HTTPTypes
import WebServer

/// The way in which a body is packed (RFC 9110, section 8.4).
enum ContentCoding {
    case identity, gzip, zstd

    /// The coding that a request's `Content-Encoding` names.
    ///
    /// - Throws: 415 with `Accept-Encoding` for another one, and for several.
    init(_ fields: HTTPFields) throws(APIError) {
        switch fields[.contentEncoding]?.lowercased() {
        case nil, "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        case "zstd": self = .zstd
        case let name?:
            throw Self.unsupported("A body may be packed with gzip or zstd, once, not with '\(name.prefix(80))'.")
        }
    }

    /// The content of `bytes`, which has at most `limit` bytes however small they are.
    ///
    /// - Throws: 413 for more, 400 for bytes that are not of this coding or damaged.
    func content(of bytes: [UInt8], limit: Int) throws(APIError) -> [UInt8] {
        do {
            return switch self {
            case .identity: bytes
            case .gzip: try Zlib.decompress(bytes, .gzip, maximumByteCount: limit)
            case .zstd: try Zstandard.decompress(bytes, maximumByteCount: limit)
            }
        } catch ZlibError.tooLarge, ZstandardError.tooLarge {
            throw .tooLarge(limit: limit)
        } catch ZlibError.outOfMemory, ZstandardError.outOfMemory {
            throw .unavailable("There is not enough memory to unpack the body. Send it again.")
        } catch {
            throw .malformed("The body is not what Content-Encoding says, or is damaged. Send it again.")
        }
    }

    static func unsupported(_ message: String, accepted: String = "gzip, zstd") -> APIError {
        APIError(
            .unsupportedMediaType, code: "unsupported_media_type", message: message,
            headers: [.acceptEncoding: accepted])
    }
}
