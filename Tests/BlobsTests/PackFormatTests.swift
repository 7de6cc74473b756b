import Blobs
import Checksum
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("The pack format")
struct PackFormatTests {
    private let disk = SimulatedDisk()

    private func store() throws -> FileBlobStore {
        try FileBlobStore(root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 0) })
    }

    private func path(_ digest: Digest) -> String { "store/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }

    /// Numbers of a few bits, whose planes compress where their bytes as they are do not.
    private static let numbers: [UInt8] = {
        var random = SeededGenerator(seed: 11)
        return (0..<128).flatMap { _ in
            withUnsafeBytes(of: (Float(random.next() >> 56) / 64).bitPattern.littleEndian) { Array($0) }
        }
    }()

    /// Their pack as the first version wrote it.
    private static let planesPack = """
        5049564f54424c4201140000000000001100000011000000800000004100000028b52ffd208045000010000001003b055828
        b52ffd208045000010000001003b0558400c4602501a908e5cea4804d2f0e6f038d26e9268a084d04edcb87e8cd048982040
        b4d890141070c400e8984270b856e43c9c9c80e878a6d0cc9cfec816e04c8812b4740400fefe20be08e804a6f47c16d02a34
        c434ea7eec8e28d8a070087a20ce1040b42e9c3088b8989ec4b092a8c2542e1c20589c206aa4e400927c705228b52ffd2080
        c5010042c5080db025e9496ec2c3300cc3286801a341877ab113da1aa88addde01c5d2773e2f1b730507005f6581339b9dc4
        ac240103806d392b4e01020b0000020000f300000000000000fa9a37a7e73952980002000000000000030100000000000001
        0000000000000014f3a772dc5555aa8daa503f3b8b7ace463a0975e9d40608e5bb5d024acd546493a85df4f1a866ee
        """

    // MARK: Written

    @Test("A blob of ten bytes has the bytes of the format's description")
    func written() async throws {
        let content = Array("0123456789".utf8)
        let digest = try await store().put(content).digest
        let golden = """
            5049564f54424c42011400000000000030313233343536373839010000000a0000000a00000000000000e76718a878c15f3f
            0a000000000000001a00000000000000010000000000000084d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96be
            db9f882f7882a0b54fd729084f71
            """
        #expect(disk.bytes(path(digest)) == Self.bytes(hex: golden))
    }

    @Test("The empty blob is a header and a footer")
    func empty() async throws {
        let digest = try await store().put([]).digest
        let golden = """
            5049564f54424c420114000000000000000000000000000010000000000000000000000000000000e3b0c44298fc1c149afb
            f4c8996fb92427ae41e4649b934ca495991b7852b855827c7352199910cd
            """
        #expect(disk.bytes(path(digest)) == Self.bytes(hex: golden))
    }

    @Test("The fields of a file with a tensor are where the description says")
    func fields() async throws {
        var random = SeededGenerator(seed: 1)
        let tensor = random.noise(70_000)
        let file = Safetensors.file([("t", "F32", tensor), ("s", "F32", [1, 2, 3, 4])])
        let digest = try await store().put(file).digest
        let pack = disk.bytes(path(digest))
        func number(_ offset: Int, _ count: Int) -> Int {
            pack[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let footer = pack.count - 64
        let rows = number(footer + 8, 8)
        #expect(number(footer, 8) == file.count)
        #expect(number(footer + 16, 4) == 3, "rows")
        #expect(number(footer + 20, 4) == 1, "tensors")
        #expect(rows + 3 * 24 + 32 + 64 == pack.count)
        #expect(Array(pack[footer + 24..<footer + 56]) == digest.bytes)
        let kinds = [pack[rows], pack[rows + 24], pack[rows + 48]]
        #expect(kinds == [1, 2, 1])
        #expect(number(rows + 4, 4) == file.count - 70_004)
        #expect(number(rows + 24 + 8, 8) == 70_000)
        #expect(number(rows + 48 + 4, 4) == 4)
        #expect(number(rows + 48 + 8, 4) == 4)
        #expect(Array(pack[rows - 4..<rows]) == [1, 2, 3, 4])
        #expect(Array(pack[rows + 72..<rows + 104]) == Digest(hashing: tensor).bytes)
        let tensorPack = disk.bytes(path(Digest(hashing: tensor)))
        #expect(tensorPack.count == 70_104)
    }

    // MARK: Read

    @Test("A pack with compressed planes of version 1 is read for ever")
    func planes() async throws {
        let digest = Digest(hashing: Self.numbers)
        let store = try store()
        let pack = Self.bytes(hex: Self.planesPack)
        disk.replace(path(digest), with: pack)
        #expect(try await store.contents(digest) == Self.numbers)
        #expect(try await store.information(about: digest)?.encoding == .planes)
    }

    @Test("A newer version is told and not read")
    func newer() async throws {
        let store = try store()
        let digest = try await store.put([1, 2, 3]).digest
        var pack = disk.bytes(path(digest))
        pack[8] = 2
        disk.replace(path(digest), with: pack)
        await #expect(throws: BlobError.unsupportedVersion(digest, version: 2)) { try await store.open(digest) }
    }

    // MARK: Malformed

    /// Small packs of every kind of row, with what their blobs hold.
    private func samples() async throws -> (store: FileBlobStore, contents: [[UInt8]]) {
        var random = SeededGenerator(seed: 2)
        let file = Safetensors.file([("t", "F32", random.noise(65_536)), ("s", "F32", random.noise(40))])
        let contents = [random.noise(40), Self.numbers, random.text(300), file]
        let store = try store()
        for content in contents { _ = try await store.put(content) }
        return (store, contents)
    }

    /// Reads and verifies a blob whose pack was changed: either nothing but right bytes comes, or an error.
    private func expectNothingWrong(_ store: FileBlobStore, _ content: [UInt8], _ comment: Comment) async throws {
        let digest = Digest(hashing: content)
        do {
            let read = try await store.contents(digest)
            #expect(read == content, comment)
            try await store.verify(digest)
        } catch .damaged(let damaged, _) {
            #expect(damaged == digest, comment)
        } catch .unsupportedVersion(let unsupported, _) {
            #expect(unsupported == digest, comment)
        }
    }

    @Test("Any changed byte is found before a wrong byte leaves")
    func changedBytes() async throws {
        let (store, contents) = try await samples()
        for content in contents {
            let path = path(Digest(hashing: content))
            let pack = disk.bytes(path)
            #expect(pack.count < 2000)
            for index in pack.indices {
                for mask in [UInt8(1), 0x80, 0xFF] {
                    var changed = pack
                    changed[index] ^= mask
                    disk.replace(path, with: changed)
                    try await expectNothingWrong(store, content, "byte \(index) of \(pack.count) ^ \(mask)")
                }
            }
            disk.replace(path, with: pack)
        }
    }

    @Test("A pack cut off at any length, or with anything behind it, is damaged")
    func cutOff() async throws {
        let (store, contents) = try await samples()
        for content in contents {
            let digest = Digest(hashing: content)
            let pack = disk.bytes(path(digest))
            for length in 0..<pack.count {
                disk.replace(path(digest), with: Array(pack.prefix(length)))
                await #expect(throws: BlobError.damaged(digest, .table)) { try await store.open(digest) }
            }
            for extra in [[UInt8(0)], pack] {
                disk.replace(path(digest), with: pack + extra)
                await #expect(throws: BlobError.damaged(digest, .table)) { try await store.open(digest) }
            }
            disk.replace(path(digest), with: pack)
        }
    }

    @Test("Tables with random contents and a right checksum never trap", arguments: [UInt64(1), 2, 3, 4])
    func hostile(seed: UInt64) async throws {
        let (store, contents) = try await samples()
        var random = SeededGenerator(seed: seed)
        for content in contents {
            let path = path(Digest(hashing: content))
            let pack = disk.bytes(path)
            let table = Int(pack[pack.count - 56]) | Int(pack[pack.count - 55]) << 8
            for round in 0..<400 {
                var changed = pack
                for _ in 0...Int.random(in: 0..<3, using: &random) {
                    let index = Int.random(in: table..<pack.count - 8, using: &random)
                    // The address stays, or the checksum would not be what is tried.
                    guard !(pack.count - 40..<pack.count - 8).contains(index) else { continue }
                    changed[index] = [0, 1, 2, 3, 127, 128, 255, .random(in: 0...255, using: &random)].randomElement(
                        using: &random)!
                }
                let checked = Array(changed.prefix(16) + changed[table..<changed.count - 8])
                let sum = checked.withUnsafeBytes { Check64.of($0) }
                let sumBytes = withUnsafeBytes(of: sum.littleEndian) { Array($0) }
                changed.replaceSubrange((changed.count - 8)..., with: sumBytes)
                disk.replace(path, with: changed)
                try await expectNothingWrong(store, content, "round \(round)")
            }
            disk.replace(path, with: pack)
        }
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.utf8.filter { $0 != UInt8(ascii: "\n") }
        return stride(from: 0, to: digits.count - 1, by: 2).map { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
