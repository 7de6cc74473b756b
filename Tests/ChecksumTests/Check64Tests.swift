import Checksum
import Testing

@Suite("The checksum")
struct Check64Tests {
    private static func checksum(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { Check64.of($0) } }

    /// Made with the reference implementation.
    @Test(
        "It is XXH64 with seed 0",
        arguments: [
            (0, 0xef46_db37_51d8_e999), (1, 0xe934_a84a_db05_2768), (3, 0x94bd_87ed_2bc9_ce3c),
            (4, 0xa835_d766_4f88_c4ec), (7, 0x33eb_e044_d838_8940), (8, 0x97a1_d2b4_e8a2_4b8d),
            (15, 0x6013_6aa2_52fe_05c0), (31, 0x5ab8_e8fc_8e80_c899), (32, 0x4e4e_6db4_82e5_75dc),
            (33, 0x8d5d_8a6b_f3ef_799c), (63, 0x7e0f_6482_f029_3bc5), (64, 0xeae5_ef50_8cb5_8c95),
            (100, 0x673f_97de_8316_ffe8), (4096, 0xeed7_2b7a_8bc0_79b1), (1 << 20, 0x0506_b693_9e2c_2bd4),
        ] as [(Int, UInt64)])
    func values(count: Int, expected: UInt64) {
        #expect(Self.checksum((0..<count).map { UInt8(truncatingIfNeeded: $0 * 167 + $0 / 251) }) == expected)
    }

    @Test("It tells texts apart as published")
    func published() {
        #expect(Self.checksum(Array("a".utf8)) == 0xd24e_c4f1_a98c_6e5b)
        #expect(Self.checksum(Array("abc".utf8)) == 0x44bc_2cf5_ad77_0999)
    }
}
