/*
 * SHA-256 with the SHA instructions of x86_64 (Intel SDM, volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2) and
 * aarch64 (Arm ARM, SHA256H, SHA256H2, SHA256SU0, SHA256SU1). Raw disks have gigabytes to digest, and plain C
 * (`sha256.c`) takes about six times as long.
 *
 * Both do four rounds at a time. `message` has the last 16 words of the message schedule as four vectors.
 */
#include "sha256-blocks.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

/* SDM, volume 2, CPUID: leaf 7, EBX bit 29 is SHA; leaf 1, ECX bit 19 is SSE4.1, bit 9 SSSE3. */
static int has_instructions(void) {
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c >> 19 & c >> 9 & 1) == 0) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

__attribute__((target("sha,sse4.1,ssse3")))
static void add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203); /* big-endian words */
    /* The instructions take the state as ABEF and CDGH. */
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)hash), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(hash + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(abcd, efgh, 8);
    __m128i cdgh = _mm_blend_epi16(efgh, abcd, 0xf0);

    for (; count > 0; count--, blocks += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i message[4];

        for (int t = 0; t < 4; t++)
            message[t] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * t)), swap);
        for (int t = 0; t < 16; t++) { /* rounds 4t to 4t + 3 */
            __m128i now = message[t % 4];
            __m128i sum = _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)(SHA256_K + 4 * t)));

            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
            if (t >= 12) continue; /* the next words would not be used */
            __m128i last = message[(t + 3) % 4];
            __m128i next = _mm_sha256msg1_epu32(now, message[(t + 1) % 4]);
            next = _mm_add_epi32(next, _mm_alignr_epi8(last, message[(t + 2) % 4], 4));
            message[t % 4] = _mm_sha256msg2_epu32(next, last);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)hash, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(hash + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#elif defined(__aarch64__)

#include <arm_neon.h>
#include <sys/auxv.h>

static int has_instructions(void) {
    enum { SHA2 = 1 << 6 }; /* HWCAP_SHA2, arch/arm64/include/uapi/asm/hwcap.h */
    return (getauxval(AT_HWCAP) & SHA2) != 0;
}

__attribute__((target("+crypto")))
static void add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count) {
    uint32x4_t abcd = vld1q_u32(hash), efgh = vld1q_u32(hash + 4);

    for (; count > 0; count--, blocks += 64) {
        const uint32x4_t abcd_before = abcd, efgh_before = efgh;
        uint32x4_t message[4];

        for (int t = 0; t < 4; t++)
            message[t] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(blocks + 16 * t)));
        for (int t = 0; t < 16; t++) { /* rounds 4t to 4t + 3 */
            uint32x4_t now = message[t % 4], abcd_now = abcd;
            uint32x4_t sum = vaddq_u32(now, vld1q_u32(SHA256_K + 4 * t));

            abcd = vsha256hq_u32(abcd, efgh, sum);
            efgh = vsha256h2q_u32(efgh, abcd_now, sum);
            if (t >= 12) continue; /* the next words would not be used */
            uint32x4_t next = vsha256su0q_u32(now, message[(t + 1) % 4]);
            message[t % 4] = vsha256su1q_u32(next, message[(t + 2) % 4], message[(t + 3) % 4]);
        }
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(hash, abcd);
    vst1q_u32(hash + 4, efgh);
}

#else
#error "SHA-256 by instructions is written for x86_64 and aarch64"
#endif

int sha256_add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count) {
    static int known, has;

    if (!known) has = has_instructions(), known = 1;
    if (has) add_blocks(hash, blocks, count);
    return has;
}
