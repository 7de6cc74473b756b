#ifndef PIVOT_CDIGEST_SHIM_H
#define PIVOT_CDIGEST_SHIM_H

// The block function of SHA-256 (FIPS 180-4, section 6.2.2) with the processor's instructions for it, over one message
// or over two at once. A round waits for the one before it, so one message leaves the unit idle half of the time; the
// rounds of a second one fit between. Swift has no access to these instructions.

#include <stdint.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#define PIVOT_SHA static inline __attribute__((target("sha,sse4.1,ssse3")))
#define PIVOT_SHA_STEP static inline __attribute__((target("sha,sse4.1,ssse3"), always_inline))

static const uint32_t pivot_sha256_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// A message: the state in the order of the instructions, ABEF and CDGH, and the last 16 words of its schedule.
typedef struct {
    __m128i abef, cdgh, words[4];
} pivot_sha256_lane;

PIVOT_SHA_STEP void pivot_sha256_load(pivot_sha256_lane *lane, const uint32_t state[8]) {
    __m128i dcba = _mm_loadu_si128((const __m128i *)state), hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
    lane->abef = _mm_alignr_epi8(cdab, efgh, 8);
    lane->cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
}

PIVOT_SHA_STEP void pivot_sha256_store(const pivot_sha256_lane *lane, uint32_t state[8]) {
    __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1B), dchg = _mm_shuffle_epi32(lane->cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Rounds 4 * `step` to 4 * `step` + 3 of the block at `bytes`.
PIVOT_SHA_STEP void pivot_sha256_rounds(pivot_sha256_lane *lane, const uint8_t *bytes, int step) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *words = lane->words, next;
    if (step < 4) {
        next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * step)), big_endian);
    } else {
        __m128i last = words[(step + 3) & 3];
        next = _mm_add_epi32(_mm_sha256msg1_epu32(words[step & 3], words[(step + 1) & 3]),
                             _mm_alignr_epi8(last, words[(step + 2) & 3], 4));
        next = _mm_sha256msg2_epu32(next, last);
    }
    words[step & 3] = next;
    __m128i sum = _mm_add_epi32(next, _mm_load_si128((const __m128i *)(pivot_sha256_constants + 4 * step)));
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

// Takes `count` blocks of 64 bytes into `state`.
PIVOT_SHA void pivot_sha256_blocks(uint32_t state[8], const uint8_t *bytes, long count) {
    pivot_sha256_lane lane;
    pivot_sha256_load(&lane, state);
    for (; count > 0; count--, bytes += 64) {
        __m128i abef = lane.abef, cdgh = lane.cdgh;
#pragma unroll
        for (int step = 0; step < 16; step++) pivot_sha256_rounds(&lane, bytes, step);
        lane.abef = _mm_add_epi32(lane.abef, abef);
        lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
    }
    pivot_sha256_store(&lane, state);
}

// Takes `count` blocks of 64 bytes into each of two states, in hardly more time than into one.
PIVOT_SHA void pivot_sha256_blocks_twice(uint32_t state[8], const uint8_t *bytes, uint32_t other_state[8],
                                                       const uint8_t *other_bytes, long count) {
    pivot_sha256_lane lane, other;
    pivot_sha256_load(&lane, state);
    pivot_sha256_load(&other, other_state);
    for (; count > 0; count--, bytes += 64, other_bytes += 64) {
        __m128i abef = lane.abef, cdgh = lane.cdgh, other_abef = other.abef, other_cdgh = other.cdgh;
#pragma unroll
        for (int step = 0; step < 16; step++) {
            pivot_sha256_rounds(&lane, bytes, step);
            pivot_sha256_rounds(&other, other_bytes, step);
        }
        lane.abef = _mm_add_epi32(lane.abef, abef);
        lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
        other.abef = _mm_add_epi32(other.abef, other_abef);
        other.cdgh = _mm_add_epi32(other.cdgh, other_cdgh);
    }
    pivot_sha256_store(&lane, state);
    pivot_sha256_store(&other, other_state);
}

// Whether this processor has the instructions.
static inline int pivot_sha256_is_there(void) {
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

#else

static inline int pivot_sha256_is_there(void) { return 0; }
static inline void pivot_sha256_blocks(uint32_t state[8], const uint8_t *bytes, long count) { __builtin_trap(); }
static inline void pivot_sha256_blocks_twice(uint32_t state[8], const uint8_t *bytes, uint32_t other_state[8],
                                             const uint8_t *other_bytes, long count) { __builtin_trap(); }

#endif
#endif
