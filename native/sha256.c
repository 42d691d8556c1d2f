/* SHA-256, FIPS 180-4: the names are the standard's. */
#include <string.h>

#include "sha256-blocks.h"
#include "sha256.h"

/* Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const uint32_t SHA256_K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Section 4.1.2. */
#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define CH(x, y, z) (((x) & (y)) ^ (~(x) & (z)))
#define MAJ(x, y, z) (((x) & (y)) ^ ((x) & (z)) ^ ((y) & (z)))
#define SIGMA0(x) (ROTR(x, 2) ^ ROTR(x, 13) ^ ROTR(x, 22))
#define SIGMA1(x) (ROTR(x, 6) ^ ROTR(x, 11) ^ ROTR(x, 25))
#define sigma0(x) (ROTR(x, 7) ^ ROTR(x, 18) ^ (x) >> 3)
#define sigma1(x) (ROTR(x, 17) ^ ROTR(x, 19) ^ (x) >> 10)

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* Section 6.2.2. */
static void add_block(uint32_t hash[8], const uint8_t *block) {
    uint32_t w[64], a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];

    for (int t = 0; t < 16; t++) w[t] = big_endian(block + 4 * t);
    for (int t = 16; t < 64; t++) w[t] = sigma1(w[t - 2]) + w[t - 7] + sigma0(w[t - 15]) + w[t - 16];
    for (int t = 0; t < 64; t++) {
        uint32_t t1 = h + SIGMA1(e) + CH(e, f, g) + SHA256_K[t] + w[t], t2 = SIGMA0(a) + MAJ(a, b, c);
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d;
    hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
}

static void add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count) {
    if (sha256_add_blocks(hash, blocks, count)) return;
    for (; count > 0; blocks += 64, count--) add_block(hash, blocks);
}

/* Section 5.3.3: the first 32 bits of the fractional parts of the square roots of the first eight primes. */
void sha256_start(Sha256 *state) {
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memset(state, 0, sizeof *state);
    memcpy(state->hash, first, sizeof first);
}

void sha256_add(Sha256 *state, const uint8_t *bytes, size_t size) {
    size_t filled = state->size % 64, room = 64 - filled;

    state->size += size;
    if (size < room) {
        memcpy(state->block + filled, bytes, size);
        return;
    }
    if (filled > 0) {
        memcpy(state->block + filled, bytes, room);
        add_blocks(state->hash, state->block, 1);
        bytes += room, size -= room;
    }
    add_blocks(state->hash, bytes, size / 64);
    memcpy(state->block, bytes + size / 64 * 64, size % 64);
}

/* Section 5.1.1: a one bit, zeros, and the length in bits as 64 bits. */
void sha256_end(Sha256 *state, uint8_t digest[32]) {
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = state->size * 8;
    uint8_t length[8];

    for (int i = 0; i < 8; i++) length[i] = bits >> (56 - 8 * i);
    sha256_add(state, padding, 1 + (64 + 55 - state->size % 64) % 64);
    sha256_add(state, length, sizeof length);
    for (int i = 0; i < 32; i++) digest[i] = state->hash[i / 4] >> (24 - 8 * (i % 4));
}
