/*
 * Program files: the bytecode of many modules behind anything at all, usually this executable.
 *
 *   …anything… | program | trailer (24 bytes at the very end, little-endian)
 *   program: "bq2prog1", then for each module: u32 name length, u32 code length, name, code
 *   trailer: u64 program length, u32 crc32 of the program, u32 zero, "bq2-end1"
 *
 * QuickJS trusts its bytecode, so a damaged program must be refused here: that is what the crc32 is for.
 */
#include <string.h>
#include <zlib.h>

#include "native.h"

#define HEAD "bq2prog1"
#define MARK "bq2-end1"
enum { HEAD_SIZE = 8, RECORD_SIZE = 8, TRAILER_SIZE = 24, MAX_PROGRAMS = 8 };

static struct {
    const uint8_t *start;
    size_t size;
} programs[MAX_PROGRAMS];
static int program_count;

static uint32_t u32(const uint8_t *at) {
    return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t u64(const uint8_t *at) {
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

/* The module at *at, which moves behind it. 0: none is left; -1: a record goes beyond the end. */
static int next_module(const uint8_t **at, const uint8_t *end, const uint8_t **name, uint32_t *name_size,
                       const uint8_t **code, uint32_t *code_size) {
    if (*at == end) return 0;
    if (end - *at < RECORD_SIZE) return -1;
    *name_size = u32(*at);
    *code_size = u32(*at + 4);
    *name = *at + RECORD_SIZE;
    if ((uint64_t)(end - *name) < (uint64_t)*name_size + *code_size) return -1;
    *code = *name + *name_size;
    *at = *code + *code_size;
    return 1;
}

static const char *check(const uint8_t *start, size_t size, const uint8_t *trailer) {
    const uint8_t *at = start + HEAD_SIZE, *name, *code;
    uint32_t name_size, code_size;
    int found;

    if (u32(trailer + 12) != 0 || size < HEAD_SIZE || memcmp(start, HEAD, HEAD_SIZE)) return "its program section is damaged (it has no head)";
    if (crc32_z(0, start, size) != u32(trailer + 8)) return "its program section is damaged (crc32 differs)";
    while ((found = next_module(&at, start + size, &name, &name_size, &code, &code_size)) > 0) continue;
    return found < 0 ? "its program section is damaged (it ends within a module)" : NULL;
}

int program_add(const uint8_t *file, size_t file_size, const char **problem) {
    const uint8_t *trailer;
    uint64_t size;

    if (file_size < TRAILER_SIZE) return 0;
    trailer = file + file_size - TRAILER_SIZE;
    if (memcmp(trailer + 16, MARK, sizeof MARK - 1)) return 0;
    size = u64(trailer);
    if (size > file_size - TRAILER_SIZE) {
        *problem = "its program section is damaged (it is longer than the file)";
        return -1;
    }
    *problem = check(trailer - size, size, trailer);
    if (*problem == NULL && program_count == MAX_PROGRAMS) *problem = "too many programs are open";
    if (*problem != NULL) return -1;
    programs[program_count].start = trailer - size;
    programs[program_count++].size = size;
    return 1;
}

const uint8_t *program_find(const char *name, size_t *size) {
    size_t wanted = strlen(name);

    for (int i = program_count - 1; i >= 0; i--) {
        const uint8_t *at = programs[i].start + HEAD_SIZE, *end = programs[i].start + programs[i].size;
        const uint8_t *found, *code;
        uint32_t name_size, code_size;

        while (next_module(&at, end, &found, &name_size, &code, &code_size) > 0) {
            if (name_size != wanted || memcmp(found, name, wanted)) continue;
            *size = code_size;
            return code;
        }
    }
    return NULL;
}
