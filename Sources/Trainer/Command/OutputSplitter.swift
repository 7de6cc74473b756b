/// Cuts what a program writes into lines, of one of its two outputs.
///
/// A line has at most `maximumLineByteCount` bytes of text; of a longer one the rest is left out, and the line says how
/// much. Bytes that are no UTF-8 become replacement characters. What ends with a carriage return is written over on a
/// terminal, such as a progress bar: of those one in `progressInterval` is kept, and the last one before a line's end.
package struct OutputSplitter: Sendable {
    /// The most bytes of a line's text.
    package static let maximumLineByteCount = 16_000
    /// The shortest time between two lines that write over each other.
    package static let progressInterval = Duration.seconds(2)

    private var pending: [UInt8] = []
    private var omittedByteCount = 0
    private var endsWithReturn = false
    private var held: String?
    private var lastProgress: Duration?

    package init() {}

    /// The lines that `bytes` complete. `now` is what has passed since any fixed moment.
    package mutating func take(_ bytes: some Sequence<UInt8>, at now: Duration) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(endLine())
                continue
            }
            if endsWithReturn { lines += overwrite(at: now) }
            if byte == UInt8(ascii: "\r") {
                endsWithReturn = true
            } else if pending.count < Self.maximumLineByteCount {
                pending.append(byte)
            } else {
                omittedByteCount += 1
            }
        }
        return lines
    }

    /// Takes the line that was written over and has waited long enough to be shown.
    package mutating func tick(at now: Duration) -> [String] {
        guard let held, isProgressDue(at: now) else { return [] }
        self.held = nil
        lastProgress = now
        return [held]
    }

    /// Takes the line that is left when the output has ended.
    package mutating func finish() -> [String] {
        if pending.isEmpty, held == nil { return [] }
        return [endLine()]
    }

    private mutating func endLine() -> String {
        let text = pending.isEmpty ? held ?? "" : takePending()
        (held, endsWithReturn) = (nil, false)
        return text
    }

    /// The pending text was followed by a carriage return and then by something else.
    private mutating func overwrite(at now: Duration) -> [String] {
        endsWithReturn = false
        guard !pending.isEmpty else { return [] }
        held = takePending()
        return tick(at: now)
    }

    private func isProgressDue(at now: Duration) -> Bool {
        lastProgress.map { now - $0 >= Self.progressInterval } ?? true
    }

    private mutating func takePending() -> String {
        var text = String(decoding: pending, as: UTF8.self)
        var omitted = omittedByteCount
        pending.removeAll(keepingCapacity: true)
        omittedByteCount = 0
        // Replacement characters are longer than what they replace.
        while text.utf8.count > Self.maximumLineByteCount {
            omitted += text.removeLast().utf8.count
        }
        return omitted == 0 ? text : text + " … (\(omitted) bytes left out)"
    }
}
