/// The limits on a form.
package struct MultipartLimits: Sendable {
    /// The headers of one part, in bytes.
    package var maximumHeaderByteCount = 16 * 1024
    /// The parts of a form.
    package var maximumPartCount = 100
    /// The most bytes before the first part.
    package var maximumPreambleByteCount = 16 * 1024
    /// The value of a field that is not a file, in bytes; `MultipartReader.field()` holds it.
    package var maximumFieldByteCount = 1 << 20

    package init() {}
}
