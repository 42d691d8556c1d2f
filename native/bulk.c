/* Compression and decompression with upstream's libraries: zlib (deflate, gzip), liblzma (xz), bzip2. */
#include <stdlib.h>
#include <string.h>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>

#include "linux.h"

/*
 * Raw deflate, whole streams. Numbers are converted before addresses are taken: converting them can run
 * JavaScript, which may detach a buffer.
 */

static void free_buffer(JSRuntime *runtime, void *unused, void *bytes) {
    (void)unused;
    js_free_rt(runtime, bytes);
}

static JSValue js_deflate_raw(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    z_stream stream = {0};
    size_t size, dictionary_size = 0;
    int level, window_bits, last = JS_ToBool(context, words[3]);
    uint8_t *bytes, *output = NULL, *dictionary = NULL;

    (void)this, (void)count;
    if (JS_ToInt32(context, &level, words[1]) || JS_ToInt32(context, &window_bits, words[2]))
        return JS_EXCEPTION;
    if (level < 1 || level > 9 || window_bits < 9 || window_bits > MAX_WBITS)
        return JS_ThrowRangeError(context, "deflateRaw: level %d, window of %d bits", level, window_bits);
    if ((bytes = bytes_of(context, words[0], &size)) == NULL) return JS_EXCEPTION;
    if (!JS_IsNull(words[4]) && (dictionary = bytes_of(context, words[4], &dictionary_size)) == NULL)
        return JS_EXCEPTION;
    if (size > UINT32_MAX / 2) return JS_ThrowRangeError(context, "deflateRaw: at most 2 GiB at once");
    if (deflateInit2(&stream, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return JS_ThrowOutOfMemory(context);
    if (dictionary_size > 0) deflateSetDictionary(&stream, dictionary, dictionary_size);
    stream.next_in = bytes;
    stream.avail_in = size;
    stream.avail_out = deflateBound(&stream, size) + 16; /* a sync flush adds five bytes */
    stream.next_out = output = js_malloc(context, stream.avail_out);
    if (output != NULL) deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    deflateEnd(&stream);
    if (output == NULL) return JS_EXCEPTION;
    return JS_NewArrayBuffer(context, output, stream.total_out, free_buffer, NULL, 0);
}

static JSValue js_inflate_raw(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    z_stream stream = {0};
    size_t size;
    int64_t room;
    int result;
    uint8_t *bytes, *output;

    (void)this, (void)count;
    if (JS_ToInt64(context, &room, words[1]) || (bytes = bytes_of(context, words[0], &size)) == NULL)
        return JS_EXCEPTION;
    if (size > UINT32_MAX || room < 0 || room >= INT32_MAX) /* the largest ArrayBuffer */
        return JS_ThrowRangeError(context, "inflateRaw: less than 2 GiB are wanted");
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return JS_ThrowOutOfMemory(context);
    output = js_malloc(context, room + 1); /* one byte more, to notice a longer result */
    if (output == NULL) {
        inflateEnd(&stream);
        return JS_EXCEPTION;
    }
    stream.next_in = bytes;
    stream.avail_in = size;
    stream.next_out = output;
    stream.avail_out = room + 1;
    result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (result == Z_STREAM_END && stream.total_out <= (uint64_t)room)
        return JS_NewArrayBuffer(context, output, stream.total_out, free_buffer, NULL, 0);
    js_free(context, output);
    if (stream.total_out > (uint64_t)room)
        return JS_ThrowRangeError(context, "it holds more than the %lld bytes that were expected",
                                  (long long)room);
    return JS_ThrowTypeError(context, "%s", stream.msg == NULL ? "it ends early" : stream.msg);
}

/* bzip2 (compiled with BZ_NO_STDIO) calls this when it detects a bug in itself. */
void bz_internal_error(int code) {
    (void)code;
    abort();
}

/* Decompressors: one object per file, fed piece by piece. */

/* A file of `xz -9` needs 65 MiB to decompress (xz(1), "Preset levels"); a header can ask for 4 GiB. */
enum { XZ_MEMORY = 66 << 20 };
static const char too_large[] = "its dictionary is larger than that of xz -9 (hint: pack it with a preset of xz)";

typedef enum { GZIP, XZ, BZIP2 } Kind;
static const char *const kind_names[] = {"gzip", "xz", "bzip2"};

typedef struct {
    Kind kind;
    int is_between; /* after one member, before the next: the input may end here */
    int is_end;
    z_stream gzip;
    lzma_stream xz;
    bz_stream bzip2;
} Decompressor;

static JSClassID decompressor_class;

static void finalize(JSRuntime *runtime, JSValue value) {
    Decompressor *d = JS_GetOpaque(value, decompressor_class);

    if (d == NULL) return;
    if (d->kind == GZIP) inflateEnd(&d->gzip);
    if (d->kind == XZ) lzma_end(&d->xz);
    if (d->kind == BZIP2) BZ2_bzDecompressEnd(&d->bzip2);
    js_free_rt(runtime, d);
}

static const JSClassDef decompressor_class_def = {"Decompressor", .finalizer = finalize};

int bulk_add_class(JSContext *context) {
    JS_NewClassID(&decompressor_class);
    return JS_NewClass(JS_GetRuntime(context), decompressor_class, &decompressor_class_def);
}

static int start(Decompressor *d) {
    switch (d->kind) {
    case GZIP: return inflateInit2(&d->gzip, 16 + MAX_WBITS) == Z_OK; /* 16: gzip's header and trailer */
    case XZ: return lzma_stream_decoder(&d->xz, XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK;
    case BZIP2: return BZ2_bzDecompressInit(&d->bzip2, 0, 0) == BZ_OK;
    }
    return 0;
}

static JSValue js_decompressor(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    const char *name = JS_ToCString(context, words[0]);
    JSValue object = JS_EXCEPTION;
    Decompressor *d;
    int kind = 0;

    (void)this, (void)count;
    if (name == NULL) return JS_EXCEPTION;
    while (kind <= BZIP2 && strcmp(kind_names[kind], name)) kind++;
    if (kind > BZIP2) JS_ThrowRangeError(context, "decompressor: gzip, xz or bzip2 is wanted, not %s", name);
    JS_FreeCString(context, name);
    if (kind > BZIP2) return JS_EXCEPTION;
    d = js_mallocz(context, sizeof *d);
    if (d == NULL) return JS_EXCEPTION;
    d->kind = kind;
    d->is_between = kind == XZ; /* liblzma handles several streams itself */
    if (start(d)) object = JS_NewObjectClass(context, decompressor_class);
    else JS_ThrowOutOfMemory(context);
    if (JS_IsException(object)) js_free(context, d);
    else JS_SetOpaque(object, d);
    return object;
}

/*
 * Decompresses a piece of a member, and advances the input and output past it. 0: go on; 1: the member ended;
 * -1: it is damaged; -2: it needs more than XZ_MEMORY.
 */
static int step(Decompressor *d, uint8_t **in, size_t *in_size, uint8_t **out, size_t *out_size,
                int is_last) {
    const unsigned in_now = *in_size > UINT32_MAX ? UINT32_MAX : *in_size;
    const unsigned out_now = *out_size > UINT32_MAX ? UINT32_MAX : *out_size;
    int result, status = -1;

    if (d->kind == XZ) {
        d->xz.next_in = *in, d->xz.avail_in = *in_size;
        d->xz.next_out = *out, d->xz.avail_out = *out_size;
        result = lzma_code(&d->xz, is_last ? LZMA_FINISH : LZMA_RUN);
        status = result == LZMA_OK || result == LZMA_BUF_ERROR ? 0 : result == LZMA_STREAM_END ? 1 : -1;
        if (result == LZMA_MEMLIMIT_ERROR) status = -2;
        *in = (uint8_t *)d->xz.next_in, *in_size = d->xz.avail_in;
        *out = d->xz.next_out, *out_size = d->xz.avail_out;
        return status;
    }
    if (d->kind == GZIP) {
        d->gzip.next_in = *in, d->gzip.avail_in = in_now;
        d->gzip.next_out = *out, d->gzip.avail_out = out_now;
        result = inflate(&d->gzip, Z_NO_FLUSH);
        status = result == Z_OK || result == Z_BUF_ERROR ? 0 : result == Z_STREAM_END ? 1 : -1;
        *in_size -= in_now - d->gzip.avail_in, *out_size -= out_now - d->gzip.avail_out;
        *in = d->gzip.next_in, *out = d->gzip.next_out;
        return status;
    }
    d->bzip2.next_in = (char *)*in, d->bzip2.avail_in = in_now;
    d->bzip2.next_out = (char *)*out, d->bzip2.avail_out = out_now;
    result = BZ2_bzDecompress(&d->bzip2);
    status = result == BZ_OK ? 0 : result == BZ_STREAM_END ? 1 : -1;
    *in_size -= in_now - d->bzip2.avail_in, *out_size -= out_now - d->bzip2.avail_out;
    *in = (uint8_t *)d->bzip2.next_in, *out = (uint8_t *)d->bzip2.next_out;
    return status;
}

/* After a member comes another one, zeros (padding of tapes and blocks) or nothing. */
static int next_member(Decompressor *d, uint8_t **in, size_t *in_size, int is_last) {
    if (d->kind == XZ) return d->is_end = 1;
    while (*in_size > 0 && **in == 0) (*in)++, (*in_size)--;
    if (*in_size == 0) {
        d->is_between = 1;
        d->is_end = is_last;
        return 1;
    }
    d->is_between = 0;
    if (d->kind == GZIP) return inflateReset(&d->gzip) == Z_OK;
    BZ2_bzDecompressEnd(&d->bzip2);
    memset(&d->bzip2, 0, sizeof d->bzip2);
    return start(d);
}

/* NULL, or what is wrong. */
static const char *run(Decompressor *d, uint8_t **in, size_t *in_size, uint8_t **out, size_t *out_size,
                       int is_last) {
    while (!d->is_end) {
        size_t in_before = *in_size, out_before = *out_size;
        int status;

        if (d->is_between && d->kind != XZ) {
            if (!next_member(d, in, in_size, is_last)) return "no memory is left";
            if (d->is_between) return NULL;
        }
        status = step(d, in, in_size, out, out_size, is_last);
        if (status < 0) return status == -1 ? "it is damaged" : too_large;
        if (status > 0 && !next_member(d, in, in_size, is_last)) return "no memory is left";
        if (status == 0 && (*out_size == 0 || (*in_size == 0 && !is_last))) return NULL;
        if (status == 0 && in_before == *in_size && out_before == *out_size)
            return is_last ? "it ends early" : NULL;
    }
    return NULL;
}

static JSValue js_decompress(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    Decompressor *d = JS_GetOpaque2(context, words[0], decompressor_class);
    size_t in_size, out_size, in_left, out_left;
    uint8_t *in = d == NULL ? NULL : bytes_of(context, words[1], &in_size);
    uint8_t *out = in == NULL ? NULL : bytes_of(context, words[2], &out_size);
    const char *problem;
    JSValue result;

    (void)this, (void)count;
    if (out == NULL) return JS_EXCEPTION;
    in_left = in_size, out_left = out_size;
    problem = run(d, &in, &in_left, &out, &out_left, JS_ToBool(context, words[3]));
    if (problem != NULL) return JS_ThrowTypeError(context, "%s", problem);
    result = JS_NewArray(context);
    JS_SetPropertyUint32(context, result, 0, JS_NewInt64(context, in_size - in_left));
    JS_SetPropertyUint32(context, result, 1, JS_NewInt64(context, out_size - out_left));
    JS_SetPropertyUint32(context, result, 2, JS_NewBool(context, d->is_end));
    return result;
}

const JSCFunctionListEntry bulk_functions[] = {
    JS_CFUNC_DEF("deflateRaw", 5, js_deflate_raw),
    JS_CFUNC_DEF("inflateRaw", 2, js_inflate_raw),
    JS_CFUNC_DEF("decompressor", 1, js_decompressor),
    JS_CFUNC_DEF("decompress", 4, js_decompress),
};
const int bulk_function_count = sizeof bulk_functions / sizeof *bulk_functions;
