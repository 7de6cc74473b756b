// CRC-32C by the processor's own instruction.
#ifndef PIVOT_CRC32C_H
#define PIVOT_CRC32C_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <nmmintrin.h>

// The register after `count` bytes; neither the start nor the end is inverted here.
__attribute__((target("sse4.2"))) static inline uint32_t pivot_crc32c(uint32_t crc, const uint8_t *bytes, long count) {
    uint64_t register64 = crc;
    for (; count >= 8; count -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        register64 = _mm_crc32_u64(register64, word);
    }
    crc = (uint32_t)register64;
    for (; count > 0; count--, bytes++) crc = _mm_crc32_u8(crc, *bytes);
    return crc;
}

// Whether this processor has the instruction.
static inline int pivot_crc32c_is_there(void) {
    unsigned int a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2) != 0;
}

#else

static inline int pivot_crc32c_is_there(void) { return 0; }
static inline uint32_t pivot_crc32c(uint32_t crc, const uint8_t *bytes, long count) { __builtin_trap(); }

#endif
#endif
