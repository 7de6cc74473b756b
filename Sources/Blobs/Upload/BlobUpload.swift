import NIOCore
import Safetensors
import Tracking

/// One upload: a ring of a few frames that go from stage to stage, each stage on a thread of its own.
///
/// The caller's task cuts the bytes into frames; then they are hashed, encoded and written, and used again. Digests come
/// before encoding, so that the encoder knows what ends where it looks. Since the frames are few, a source that is faster
/// than the disk waits for it, and the memory of an upload, whatever its size, is at most: `frameCount` frames of 1 MiB
/// and the encoder's 3.4 MiB, 9.4 MiB in all, and 1 MiB of a safetensors header while that comes in. Differences from a parent
/// take 6 MiB more: those of a frame, its base, what decodes that, and what that one leans on.
struct BlobUpload: Sendable {
    /// One for each of the four stages, and two so that a stage which is slow for a moment does not stop the others.
    private static let frameCount = 6

    private let hint: BlobHint
    private let makePlan: @Sendable ([UInt8]) -> UploadPlan?
    private let planner: FileWorker
    private let hasher: UploadHasher
    private let encoder: UploadEncoder
    private let writer: UploadWriter

    /// Begins an upload whose objects are pinned by `pin`, on the next of `executors`.
    init(
        directory: BlobDirectory, hint: BlobHint, parent: Digest?, pin: BlobPin, executors: FileExecutor.Pool
    ) throws(BlobError) {
        self.hint = hint
        makePlan = { start in
            do throws(SafetensorsError) {
                let header = try SafetensorsHeader(prefix: start)
                return UploadPlan(header, parent: parent.flatMap { UploadParent($0, in: directory, pin: pin) })
            } catch {
                return nil
            }
        }
        let hashing = executors.executor()
        planner = FileWorker(executor: hashing)
        hasher = UploadHasher(directory: directory, pin: pin, executor: hashing)
        encoder = try UploadEncoder(directory: directory, executor: executors.executor())
        writer = try UploadWriter(directory: directory, pin: pin, executors: executors)
    }

    /// Takes all bytes of `source`, publishes them and returns once they are on disk.
    ///
    /// When this throws, the upload is to be abandoned. Only the source decides whether a cancelled task goes on.
    func take<Source: AsyncSequence>(
        _ source: Source
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        let (free, cut, hashed, encoded) = (UploadQueue(), UploadQueue(), UploadQueue(), UploadQueue())
        async let hashing = hasher.run(from: cut, to: hashed)
        async let encoding: Void = encoder.run(from: hashed, to: encoded)
        async let writing = writer.run(from: encoded, to: free)
        var cutter = UploadCutter(
            hint: hint, free: free, frameCount: Self.frameCount, cut: cut, planner: planner, makePlan: makePlan)
        let cutting = await cutter.takeAll(source)
        cut.finish()
        let (content, bundle) = await hashing
        await encoding
        try await writing.get()
        try cutting.get()
        return try await writer.finish(content, bundle)
    }

    /// Removes everything of the upload that nobody else has come upon, and its pin.
    func abandon() async { await writer.abandon() }
}
