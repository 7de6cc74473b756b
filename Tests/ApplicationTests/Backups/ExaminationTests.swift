import Application
import Blobs
import EventLog
import Foundation
import Testing
import Tracking

@Suite("Examining a data directory")
struct ExaminationTests {
    private func filled() async throws -> (BackupBed, Digest) {
        let bed = try BackupBed()
        let digest = try await bed.withStores { store, blobs in
            try await BackupBed.append(0..<200, to: store)
            return try await BackupBed.put(1, in: blobs)
        }
        return (bed, digest)
    }

    private func examineLog(_ path: String) throws -> LogExamination {
        try LogSource(readingFolderAt: path).examine(checksStructure: true) { _ in }
    }

    @Test("a sound log is read whole")
    func sound() async throws {
        let (bed, _) = try await filled()
        let examination = try examineLog(bed.data)
        #expect(examination.fault == nil)
        #expect(
            UInt64(examination.verification.recordCount) == (try LogSource(readingFolderAt: bed.data).head.rawValue))
    }

    @Test("a changed byte of a record is told of, and written again is only a log whose records are sound")
    func damagedRecord() async throws {
        let (bed, _) = try await filled()
        let file = bed.data + "/log/data.mdb"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let text = Data("150 0 xxxx".utf8)
        var count = 0
        // Pages that are free by now may have it too.
        while let place = bytes.range(of: text) {
            bytes[place.lowerBound] ^= 1
            count += 1
        }
        #expect(count > 0)
        try bytes.write(to: URL(fileURLWithPath: file))
        let examination = try examineLog(bed.data)
        #expect(examination.fault?.code == .damaged)
        #expect(!examination.isOfIndexOnly)
        let directory = try DataDirectory(path: bed.data, address: "a test")
        #expect(throws: StorageError.self) { try LogRewriting.run(in: directory, options: bed.options) }
        directory.unlock()
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
    }

    @Test("a log that is written again is the same, and the old one is kept")
    func rewriting() async throws {
        let (bed, _) = try await filled()
        let before = try await bed.content(of: bed.data)
        let directory = try DataDirectory(path: bed.data, address: "a test")
        let kept = try LogRewriting.run(in: directory, options: bed.options)
        directory.unlock()
        #expect(FileManager.default.fileExists(atPath: kept + "/data.mdb"))
        let after = try await bed.content(of: bed.data)
        #expect(after.events == before.events && after.tree == before.tree)
    }

    @Test("damaged, missing and unneeded blobs are told of")
    func blobs() async throws {
        let (bed, digest) = try await filled()
        let folder = BlobFolder(reading: bed.data + "/blobs")
        let sound = try await BlobExamination(of: folder, named: [digest], files: [digest], isInUse: false) { _, _ in }
        #expect(sound.findings == [])
        let unneeded = try await BlobExamination(of: folder, named: [], files: [], isInUse: false) { _, _ in }
        #expect(unneeded.findings.map(\.repair) == [.unneededBlobs])
        #expect(unneeded.findings.allSatisfy { !$0.isProblem })
        try BackupBed.flip(BackupBed.object(digest, in: bed.data))
        let damaged = try await BlobExamination(of: folder, named: [digest], files: [digest], isInUse: false) { _, _ in
        }
        #expect(damaged.findings.contains { $0.isProblem && $0.message.contains(digest.hex) })
        try FileManager.default.removeItem(atPath: BackupBed.object(digest, in: bed.data))
        let missing = try await BlobExamination(of: folder, named: [digest], files: [digest], isInUse: false) { _, _ in
        }
        #expect(missing.findings.contains { $0.isProblem && $0.message.contains("missing") })
    }

    /// A disk with room.
    private struct Room: FileSystemProbe {
        func freeByteCount(at path: String) -> Int { 1 << 40 }
    }

    private func findings(at path: String) -> [Finding] {
        FolderExamination.findings(at: path, isInUse: false, probe: Room())
    }

    @Test("secrets that others can read, leftovers and marks are told of, and the first two can be put right")
    func folder() async throws {
        let (bed, _) = try await filled()
        #expect(findings(at: bed.data) == [])
        let secret = bed.data + "/lease-secret"
        #expect(
            FileManager.default.createFile(atPath: secret, contents: Data(), attributes: [.posixPermissions: 0o644]))
        try Data().write(to: URL(fileURLWithPath: bed.data + "/owner-secret.new"))
        let found = findings(at: bed.data)
        #expect(Set(found.compactMap(\.repair)) == [.permissions, .temporaryFiles])
        try FolderExamination.removeLeftovers(at: bed.data)
        try FolderExamination.closeSecrets(at: bed.data)
        #expect(findings(at: bed.data) == [])
        try Data().write(to: URL(fileURLWithPath: bed.data + "/webhooks-paused"))
        #expect(findings(at: bed.data).map(\.part) == ["webhooks"])
    }

    @Test("a finding survives the way through JSON")
    func json() {
        let finding = Finding("log", "something", repair: .logIndex)
        #expect(Finding(finding.json) == finding)
    }
}
