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

    private static let tenBytesPack = """
        5049564f54424c42011400000000000030313233343536373839010000000a0000000a00000000000000e76718a878c15f3f
        0a000000000000001a00000000000000010000000000000084d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96be
        db9f882f7882a0b54fd729084f71
        """
    private static let emptyPack = """
        5049564f54424c420114000000000000000000000000000010000000000000000000000000000000e3b0c44298fc1c149afb
        f4c8996fb92427ae41e4649b934ca495991b7852b855827c7352199910cd
        """

    // MARK: Written

    @Test("A blob of ten bytes has the bytes of the format's description")
    func written() async throws {
        let content = Array("0123456789".utf8)
        let digest = try await store().put(content).digest
        let golden = """
            5049564f54424c42021400000000000030313233343536373839010000000a0000000a00000000000000e76718a878c15f3f
            0a000000000000001a00000000000000010000000000000084d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96be
            db9f882f78827822d0bec4f24a17
            """
        #expect(disk.bytes(path(digest)) == Self.bytes(hex: golden))
    }

    @Test("The empty blob is a header and a footer")
    func empty() async throws {
        let digest = try await store().put([]).digest
        let golden = """
            5049564f54424c420214000000000000000000000000000010000000000000000000000000000000e3b0c44298fc1c149afb
            f4c8996fb92427ae41e4649b934ca495991b7852b85504dada15748d2353
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

    @Test("Packs of version 1, and files that refer to tensors in them, are read for ever")
    func firstVersion() async throws {
        let store = try store()
        for (hex, content) in [(Self.tenBytesPack, Array("0123456789".utf8)), (Self.emptyPack, [])] {
            let digest = Digest(hashing: content)
            disk.replace(path(digest), with: Self.bytes(hex: hex))
            #expect(try await store.contents(digest) == content)
            #expect(try await store.put(content).wasPresent)
        }
    }

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
        pack[8] = 3
        disk.replace(path(digest), with: pack)
        await #expect(throws: BlobError.unsupportedVersion(digest, version: 3)) { try await store.open(digest) }
    }

    @Test("A difference of version 2 is read for ever", arguments: Self.differences)
    func difference(type: String, hex: String) async throws {
        let store = try store()
        let (old, new) = Self.differingTensors
        let base = try await store.put(Safetensors.file([("t", type, old)]))
        let digest = Digest(hashing: new)
        disk.replace(path(digest), with: Self.bytes(hex: hex))
        #expect(try await store.contents(digest) == new)
        let blob = try await store.put(Safetensors.file([("t", type, new)]), parent: base.digest)
        #expect(try await store.contents(blob.digest) == Safetensors.file([("t", type, new)]))
    }

    /// Two tensors of 64 KiB that differ in some bytes.
    private static let differingTensors: (old: [UInt8], new: [UInt8]) = {
        let old = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 5) }
        var new = old
        for place in stride(from: 100, to: 65_536, by: 4000) { new[place] &+= 3 }
        return (old, new)
    }()

    /// The packs of the second one as the difference from the first: of floating-point numbers, and of bits.
    private static let differences: [(type: String, hex: String)] = [
        (
            "F32",
            """
            5049564f54424c4202140000000000005600000013000000130000001300000028b52ffd60003f650200440200000600
            050005000500060005000600050006000500050005000600050006000500060012500200d6fd2e2b33c5daffbaea5a11
            f387aaadfd55fc06fd276d5db1f6dfa93cd544fe1c3528b52ffd60003f4d00001000000100fb9f075828b52ffd60003f
            4d00001000000100fb9f075828b52ffd60003f4d00001000000100fb9f075801020f02000001009f000000000000002b
            c0109046422835ff064257077916881d4997331118c738cec0b990cce42729b67f642554e76f960000010000000000af
            000000000000000100000000000000a6cf4b7d1cd4e794533758fa1a489c8fe8df40870b5b60260f3f39a8bf7371853f
            efc47f1b76aab2
            """
        ),
        (
            "I32",
            """
            5049564f54424c4202140000000000005500000013000000130000001300000028b52ffd60003f5d020044020000fa00
            06000a001e000a0006003a000e001a0006000a00fe000a0006001a000e003a001250020062eaf86a7c35be1a5f8dafc6
            57e3abf1d5f86a7c35be1a5f8dafc657e3abf1551d28b52ffd60003f4d00001000000100fb9f075828b52ffd60003f4d
            00001000000100fb9f075828b52ffd60003f4d00001000000100fb9f075801020f01000001009e000000000000002bc0
            109046422835ff064257077916881d4997331118c738cec0b990cce42729b67f642554e76f960000010000000000ae00
            0000000000000100000000000000a6cf4b7d1cd4e794533758fa1a489c8fe8df40870b5b60260f3f39a8bf7371852d8c
            624ac32c6485
            """
        ),
    ]

    // MARK: Malformed

    /// Small packs of every kind of row, with what their blobs hold.
    private func samples() async throws -> (store: FileBlobStore, contents: [[UInt8]]) {
        var random = SeededGenerator(seed: 2)
        let file = Safetensors.file([("t", "F32", random.noise(65_536)), ("s", "F32", random.noise(40))])
        var moved = file
        moved.replaceSubrange((file.count - 1000)..<(file.count - 960), with: random.noise(40))
        let tensor = Array(moved[(moved.count - 65_576)..<(moved.count - 40)])
        let contents = [random.noise(40), Self.numbers, random.text(300), file, tensor]
        let store = try store()
        for content in contents.dropLast() { _ = try await store.put(content) }
        _ = try await store.put(moved, parent: Digest(hashing: file))
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
