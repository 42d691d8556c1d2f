/*
 * Program files: the bytecode of many modules, appended to any file, usually this executable.
 *
 *   …anything… | program | trailer (24 bytes at the very end, little-endian)
 *   program:   "bq2prog2", the directory, then the stored bytes of each module, in the directory's order
 *   directory: for each module: u32 name length, u32 stored length, u32 code length, u32 crc32 of what is
 *              stored, name
 *   stored:    the bytecode, compressed with raw deflate (RFC 1951)
 *   trailer:   u64 program length, u32 directory length, u32 crc32 of the program up to the directory's end,
 *              "bq2-end1"
 *
 * QuickJS trusts its bytecode, so a damaged program must be refused here: that is what the checksums are for.
 * A module's checksum is verified when the module is read, so a start pays only for the modules that it uses.
 */
#include <string.h>
#include <zlib.h>

#include "native.h"

#define HEAD "bq2prog2"
#define MARK "bq2-end1"
enum { HEAD_SIZE = 8, RECORD_SIZE = 16, TRAILER_SIZE = 24, MAX_PROGRAMS = 8 };

static struct {
    const uint8_t *directory, *directory_end; /* the stored bytes follow */
} programs[MAX_PROGRAMS];
static int program_count;

typedef struct {
    const uint8_t *name, *stored;
    uint32_t name_size, stored_size, code_size, crc;
} Module;

static uint32_t u32(const uint8_t *at) {
    return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t u64(const uint8_t *at) {
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

/* Reads the record at `at` into *module, advances its `stored`, returns the next record. NULL: past `end`. */
static const uint8_t *next_record(const uint8_t *at, const uint8_t *end, Module *module) {
    if (end - at < RECORD_SIZE || (size_t)(end - at - RECORD_SIZE) < u32(at)) return NULL;
    module->stored += module->stored_size;
    module->name = at + RECORD_SIZE;
    module->name_size = u32(at);
    module->stored_size = u32(at + 4);
    module->code_size = u32(at + 8);
    module->crc = u32(at + 12);
    return module->name + module->name_size;
}

static const char *check(const uint8_t *start, uint64_t size, const uint8_t *trailer) {
    const uint64_t directory_size = u32(trailer + 8);
    const uint8_t *at = start + HEAD_SIZE, *end;
    uint64_t stored_size = 0;
    Module module = {0};

    if (size < HEAD_SIZE + directory_size || memcmp(start, HEAD, HEAD_SIZE)) return DAMAGED("it has no head");
    end = at + directory_size;
    if (crc32_z(0, start, end - start) != u32(trailer + 12)) return DAMAGED("crc32 differs");
    while (at != end) {
        at = next_record(at, end, &module);
        if (at == NULL) return DAMAGED("it ends within a module");
        stored_size += module.stored_size;
    }
    return stored_size == size - HEAD_SIZE - directory_size ? NULL : DAMAGED("modules are missing");
}

int program_add(const uint8_t *file, size_t file_size, const char **problem) {
    const uint8_t *trailer, *start;
    uint64_t size;

    if (file_size < TRAILER_SIZE) return 0;
    trailer = file + file_size - TRAILER_SIZE;
    if (memcmp(trailer + 16, MARK, sizeof MARK - 1)) return 0;
    size = u64(trailer);
    if (size > file_size - TRAILER_SIZE) {
        *problem = DAMAGED("it is longer than the file");
        return -1;
    }
    start = trailer - size;
    *problem = check(start, size, trailer);
    if (*problem == NULL && program_count == MAX_PROGRAMS) *problem = "too many programs are open";
    if (*problem != NULL) return -1;
    programs[program_count].directory = start + HEAD_SIZE;
    programs[program_count++].directory_end = start + HEAD_SIZE + u32(trailer + 8);
    return 1;
}

/* The module `name` of the newest program that has it. 0: there is none. */
static int find(const char *name, Module *module) {
    const size_t wanted = strlen(name);

    for (int i = program_count - 1; i >= 0; i--) {
        const uint8_t *at = programs[i].directory, *end = programs[i].directory_end;

        *module = (Module){.stored = end};
        while (at != end) {
            at = next_record(at, end, module);
            if (module->name_size == wanted && !memcmp(module->name, name, wanted)) return 1;
        }
    }
    return 0;
}

/* 0: the stored bytes do not decompress to exactly `code_size` bytes. */
static int inflate_code(const Module *module, uint8_t *code) {
    z_stream stream = {
        .next_in = (uint8_t *)module->stored,
        .avail_in = module->stored_size,
        .next_out = code,
        .avail_out = module->code_size,
    };
    int status = inflateInit2(&stream, -MAX_WBITS);

    if (status == Z_OK) status = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
}

uint8_t *program_read(JSContext *context, const char *name, size_t *size) {
    Module module;
    uint8_t *code;

    if (!find(name, &module)) return NULL;
    code = js_malloc(context, (size_t)module.code_size + 1); /* QuickJS asserts that no size is 0 */
    if (code == NULL) return NULL;
    *size = module.code_size;
    if (crc32_z(0, module.stored, module.stored_size) == module.crc && inflate_code(&module, code))
        return code;
    js_free(context, code);
    JS_ThrowInternalError(context, "Cannot load %s: " DAMAGED("crc32 differs"), name);
    return NULL;
}
