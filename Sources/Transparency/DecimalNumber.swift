/// Numbers as notes, tiles and witnesses write them: decimal digits of ASCII without leading zeros.
enum DecimalNumber {
    /// The number that `text` spells; nil for any other spelling, and for what does not fit 64 bits.
    static func parse(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt64(text), String(number) == text
        else { return nil }
        return number
    }
}
