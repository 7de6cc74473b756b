import EventLog
import Foundation
import LMDB
import TestSupport
import Testing
import Tracking

/// A log on a small file system of its own that really fills up.
@Suite struct FullDiskTests {
    /// Mounts a small file system in memory, or says why it cannot.
    private static let refusal: String? = {
        do {
            let folder = try TemporaryDirectory()
            return try SmallDisk(in: folder, byteCount: 1 << 20).refusal
        } catch {
            return "\(error)"
        }
    }()

    @Test(
        "a disk that fills up refuses appends, keeps what it has, and takes again once there is room",
        .enabled(if: refusal == nil, "mounting a file system in memory is not permitted here"),
        arguments: [0, 1 << 20])
    func fillsUp(headroom: Int) async throws {
        let folder = try TemporaryDirectory()
        let disk = try SmallDisk(in: folder, byteCount: 8 << 20)
        var options = EventLogOptions.forTests
        options.bounds.headroomByteCount = headroom
        let directory = try DataDirectory(path: disk.path, address: "a test")
        // Takes room that is given back later.
        let ballast = URL(fileURLWithPath: disk.path + "/ballast")
        try Data(count: 3 << 20).write(to: ballast)
        let store = try LMDBEventStore(in: directory, options: options)
        let session = StreamID(.session, "sess_1")
        var random = SeededGenerator(seed: 1)
        var sent: [[UInt8]] = []
        var refusal: AppendError?
        while refusal == nil {
            let payload = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            do throws(AppendError) {
                _ = try await store.append(request(payload, sent.count, session))
                sent.append(payload)
            } catch {
                refusal = error
            }
        }
        guard case .noRoom = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(sent.count > 20 && sent.count < 400 && store.failure == nil)
        #expect(try store.verify().recordCount == sent.count)
        try FileManager.default.removeItem(at: ballast)
        let result = try await store.append(request([1, 2, 3], sent.count, session))
        #expect(result.first == LogPosition(UInt64(sent.count + 1)))
        #expect(try store.verify().recordCount == sent.count + 1)
        await store.close()
        directory.unlock()
    }

    private func request(_ payload: [UInt8], _ index: Int, _ stream: StreamID) -> AppendRequest {
        AppendRequest(
            stream: stream, events: [NewEvent(type: "noted", payload: payload)], expecting: .any,
            commandID: CommandID("\(index)")!, commandDigest: Digest(hashing: payload), actor: "api")
    }
}

/// A file system in memory, mounted as long as the value lives.
private final class SmallDisk {
    let path: String
    /// Why it could not be mounted.
    private(set) var refusal: String?
    private let folder: TemporaryDirectory

    init(in folder: TemporaryDirectory, byteCount: Int) throws {
        self.folder = folder
        path = folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if mount("tmpfs", path, "tmpfs", 0, "size=\(byteCount)") != 0 {
            refusal = String(cString: strerror(errno))
        }
    }

    deinit {
        // Lazily: whoever still has a file open keeps it.
        if refusal == nil, umount2(path, Int32(MNT_DETACH)) != 0 { print("\(path) stays mounted") }
    }
}
