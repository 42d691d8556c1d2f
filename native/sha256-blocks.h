/* Whole blocks of SHA-256 with the processor's own instructions, if it has them. */
#ifndef BQ2_SHA256_BLOCKS_H
#define BQ2_SHA256_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

/* The constants of FIPS 180-4, section 4.2.2 (`sha256.c`). */
extern const uint32_t SHA256_K[64];

/*
 * Adds `count` blocks of 64 bytes to `hash`. Returns 0 and does nothing if the processor lacks the
 * instructions.
 */
int sha256_add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count);

#endif
