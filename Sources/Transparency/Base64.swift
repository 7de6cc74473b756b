import Foundation

/// Standard base64 (RFC 4648, section 4) in its one spelling: padded, without line breaks, unused bits zero.
enum Base64 {
    static func encode(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    /// The bytes of `text`; nil for any other spelling of them, since what is signed must have one.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}
