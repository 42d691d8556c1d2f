/*
 * Memory: small blocks, of a few sizes, are cut from runs of pages and reused; a large block has its own
 * pages. QuickJS asks for the size of every block that it allocates or frees. Here the size is in a header
 * before the block, which halves the start-up time compared with musl's allocator. Runs are never given back.
 * A reserve serves small blocks once the program reports an error: there may be no pages left.
 */
#include <stdlib.h>
#include <string.h>

#include "native.h"

typedef struct {
    size_t room; /* bytes after this header */
} Header;

enum {
    UNIT = 16, /* alignment of blocks, which follow their headers: C's max_align_t */
    STEPS = 4, /* sizes from one power of two to the next */
    LARGEST = 128 << 10,
    CLASSES = 49, /* class_of(LARGEST) is the last */
    RUN_SIZE = 1 << 20,
    RESERVE_SIZE = 64 << 10, /* enough to describe an error and to write it */
    PAGE_SIZE = 4096,
};

static void *free_blocks[CLASSES]; /* lists, linked through the blocks */
static char *run, *run_end;
static _Alignas(UNIT) char reserve[RESERVE_SIZE];

void memory_open_reserve(void) {
    static int is_open;

    if (is_open || run_end - run >= RESERVE_SIZE) return;
    run = reserve + UNIT - sizeof(Header);
    run_end = reserve + RESERVE_SIZE;
    is_open = 1;
}

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) & ~(unit - 1);
}

/* Rounds up to the next of 16, 32, 48 … 128, 160, 192, 224, 256, 320 …; returns that size's index. */
static size_t class_of(size_t *size) {
    const int shift = 61 - __builtin_clzll((*size - 1) | 127); /* sizes are 1 << shift apart here */

    *size = round_up(*size, (size_t)1 << shift);
    return STEPS * (shift - 4) + (*size >> shift);
}

/* The first header in new pages is placed so that the block after it is aligned. */
static char *take_pages(size_t size) {
    char *pages = native_take_pages(size);

    return pages == NULL ? NULL : pages + UNIT - sizeof(Header);
}

static void *large_block(size_t wanted) {
    const size_t size = round_up(wanted + UNIT, PAGE_SIZE);
    Header *block = size < wanted ? NULL : (Header *)take_pages(size);

    if (block == NULL) return NULL;
    block->room = size - UNIT;
    return block + 1;
}

/* Not `malloc` itself: a compiler turns malloc and memset into calloc, so calloc would call itself. */
static void *take(size_t wanted) {
    size_t size = wanted + sizeof(Header), class;
    Header *block;

    if (wanted > LARGEST - sizeof(Header)) return large_block(wanted);
    class = class_of(&size);
    if (free_blocks[class] != NULL) {
        void *found = free_blocks[class];
        free_blocks[class] = *(void **)found;
        return found;
    }
    if ((size_t)(run_end - run) < size) {
        char *more = take_pages(RUN_SIZE);
        if (more == NULL) return NULL;
        run = more;
        run_end = more + RUN_SIZE - UNIT;
    }
    block = (Header *)run;
    block->room = size - sizeof(Header);
    run += size;
    return block + 1;
}

void *malloc(size_t wanted) {
    return take(wanted);
}

void free(void *bytes) {
    Header *block = (Header *)bytes - 1;
    size_t size, class;

    if (bytes == NULL) return;
    size = block->room + sizeof(Header);
    if (size > LARGEST) {
        native_give_pages((char *)bytes - UNIT, block->room + UNIT);
        return;
    }
    class = class_of(&size);
    *(void **)bytes = free_blocks[class];
    free_blocks[class] = bytes;
}

size_t malloc_usable_size(void *bytes) {
    return bytes == NULL ? 0 : ((Header *)bytes - 1)->room;
}

void *realloc(void *bytes, size_t size) {
    const size_t room = malloc_usable_size(bytes);
    void *moved;

    if (bytes != NULL && size <= room && size >= room / 2) return bytes;
    moved = take(size);
    if (moved == NULL || bytes == NULL) return moved;
    memcpy(moved, bytes, room < size ? room : size);
    free(bytes);
    return moved;
}

void *calloc(size_t count, size_t size) {
    void *bytes = size != 0 && count > SIZE_MAX / size ? NULL : take(count * size);

    return bytes == NULL ? NULL : memset(bytes, 0, count * size);
}
