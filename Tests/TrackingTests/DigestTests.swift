import Testing
import Tracking

struct DigestTests {
    @Test("the SHA-256 of abc has the bytes and the text that FIPS 180-4 gives")
    func knownDigest() {
        let digest = Digest(hashing: Array("abc".utf8))
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(digest.hex == hex)
        #expect(digest.bytes.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(Digest("sha256:" + hex) == digest)
    }

    @Test("bytes read where they lie, at any alignment, give the same digest and event id", arguments: 0..<8)
    func alignment(offset: Int) {
        let bytes = (0..<64).map { UInt8(($0 * 37 + 11) & 255) }
        bytes.withUnsafeBytes { memory in
            let digestBytes = UnsafeRawBufferPointer(rebasing: memory[offset..<offset + Digest.byteCount])
            let digest = Digest(bytes: digestBytes)
            #expect(digest == Digest(bytes: Array(digestBytes)))
            #expect(digest?.bytes == Array(digestBytes))
            let idBytes = UnsafeRawBufferPointer(rebasing: memory[offset..<offset + EventID.byteCount])
            let id = EventID(bytes: idBytes)
            #expect(id == EventID(bytes: Array(idBytes)))
            #expect(id.bytes == Array(idBytes))
            #expect(id.withBytes { $0.elementsEqual(idBytes) })
        }
    }

    @Test("another number of bytes is no digest", arguments: [0, 16, 31, 33])
    func wrongCount(count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        #expect(bytes.withUnsafeBytes { Digest(bytes: $0) } == nil)
        #expect(Digest(bytes: bytes) == nil)
    }

    @Test("the event ids of a command are the first half of SHA-256 of its id and the index")
    func eventIDs() throws {
        let command = try #require(CommandID("abc"))
        let digest = Digest(hashing: Array("abc".utf8) + [0, 0, 0, 0, 0, 0, 1, 2])
        #expect(command.eventID(at: 258).bytes == Array(digest.bytes.prefix(16)))
        #expect(command.eventID(at: 0) != command.eventID(at: 1))
    }
}
