/* SHA-256, FIPS 180-4. */
#ifndef BQ2_SHA256_H
#define BQ2_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t hash[8];
    uint64_t size;     /* bytes so far */
    uint8_t block[64]; /* the last size % 64 bytes, which do not fill a block yet */
} Sha256;

void sha256_start(Sha256 *state);
void sha256_add(Sha256 *state, const uint8_t *bytes, size_t size);
void sha256_end(Sha256 *state, uint8_t digest[32]);

#endif
