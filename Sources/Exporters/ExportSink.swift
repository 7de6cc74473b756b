import REST

/// Takes the bytes of an export in order: counts them, and passes on those that are wanted.
struct ExportSink {
    private(set) var byteCount = 0
    private var skipped: Int
    private var writer: AnswerWriter?

    /// Only counts.
    init() { skipped = .max }

    /// Passes on what follows the first `skipped` bytes.
    init(_ writer: AnswerWriter, skipping skipped: Int) {
        self.writer = writer
        self.skipped = skipped
    }

    mutating func write(_ bytes: [UInt8]) async throws {
        byteCount += bytes.count
        guard skipped == 0 else {
            let count = min(skipped, bytes.count)
            skipped -= count
            if count < bytes.count { try await writer?.write(bytes[count...]) }
            return
        }
        try await writer?.write(bytes)
    }

    /// The writer with what it holds.
    consuming func finish() -> AnswerWriter? { writer }
}
