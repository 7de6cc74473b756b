package import NIOCore
package import Tracking

/// Bytes kept under the SHA-256 of what they are.
///
/// A blob is visible whole or not at all, and never changes. Whoever puts one gets it pinned, appends the event that
/// names it, and releases the pin; so no event ever names a missing blob. Every conformer passes one contract suite.
package protocol BlobStore: Sendable {
    /// Stores the bytes of `source` and returns once they are on disk.
    ///
    /// A blob that is there already is renewed instead of stored again. Either way it is pinned until its pin is
    /// released. Memory stays at about 10 MiB, and 16 MiB with a parent, whatever the size. When this throws, nothing of the upload is left:
    /// `.noRoom`, `.sourceFailed` with the source's own error (its cancellation too), `.tooManyUploads`,
    /// `.fileSystem`, `.needsRestart`.
    ///
    /// - Parameter parent: The blob that this one is most like, such as the checkpoint before it: tensors that differ a little
    ///   are stored as the difference. It need not be there any more.
    func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint, parent: Digest?
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer

    /// Ends a pin. Releasing one twice is not an error.
    func release(_ pin: BlobPin) async

    /// Ends the pin of a `put` whose blob no event names, and deletes what that `put` added, unless another `put` or a
    /// reader has come upon it since. What cannot be deleted is left to the sweep. After `release(_:)` nothing happens.
    func discard(_ pin: BlobPin) async

    /// Renews a blob that is there and pins it until the pin is released; nil when there is none, or none that is sound.
    func renew(_ digest: Digest) async throws(BlobError) -> BlobPin?

    /// The information about a blob, without reading its bytes; nil when there is none.
    ///
    /// Throws `.damaged` when its table is.
    func information(about digest: Digest) async throws(BlobError) -> BlobInformation?

    /// A reader that goes on working whatever a sweep deletes. Throws `.notFound`, `.damaged`, `.unsupportedVersion`.
    func open(_ digest: Digest) async throws(BlobError) -> BlobReader

    /// Reads all of a blob and compares it with its address. Throws `.notFound` or `.damaged`.
    func verify(_ digest: Digest) async throws(BlobError)

    /// The digests of all blobs, in ascending order. Tensors that files share are blobs too.
    func all() async throws(BlobError) -> [Digest]

    /// Counts what the store holds, and who of `uses` needs it. A blob stands for all that it refers to.
    ///
    /// Looks at every object once, so it takes some 20 s for a million of them, and sweeps wait for it. What is stored or
    /// deleted meanwhile may be counted or not.
    func usage(of uses: BlobUses) async throws(BlobError) -> BlobUsage

    /// Begins a sweep at `now`: marks what is pinned.
    ///
    /// Whoever sweeps takes the log's head after this, marks what the log names there, and hands the marks to `sweep`. A
    /// pin that is released before this call belongs to an event up to that head, and one that is released later is
    /// marked: so nothing falls between the two, however long the gathering takes.
    func beginSweep(now: Timestamp) async -> BlobMarks

    /// Deletes every blob that is not marked, not part of one that stays, not pinned, and not renewed for `grace` before
    /// the sweep began.
    ///
    /// A blob put or renewed while the sweep goes on stays: its pin and its time are looked at again under its lock. Memory
    /// does not grow with the number of blobs. Throws `.damaged`, with nothing deleted, when a blob that must stay cannot
    /// be read, since what it refers to is unknown.
    func sweep(keeping marks: BlobMarks, olderThan grace: Duration) async throws(BlobError) -> SweepReport
}

extension BlobStore {
    /// Stores the bytes of `source`, of which no other is known to be like it, and returns once they are on disk.
    package func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint = .unknown
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        try await put(contentsOf: source, hint: hint, parent: nil)
    }

    /// Stores `bytes` and returns once they are on disk.
    package func put(
        _ bytes: ByteBuffer, hint: BlobHint = .unknown, parent: Digest? = nil
    ) async throws(BlobError) -> StoredBlob {
        let source = AsyncStream<ByteBuffer> { continuation in
            continuation.yield(bytes)
            continuation.finish()
        }
        return try await put(contentsOf: source, hint: hint, parent: parent)
    }
}
