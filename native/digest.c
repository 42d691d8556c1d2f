/* Checksums: sha256 (sha256.c) and zlib's crc32. */
#include <zlib.h>

#include "native.h"
#include "sha256.h"

/* TypeScript keeps the state of an unfinished sha256 in an ArrayBuffer. */
static Sha256 *sha256_state(JSContext *context, JSValueConst value) {
    size_t size;
    uint8_t *state = JS_GetArrayBuffer(context, &size, value);

    if (state != NULL && size == sizeof(Sha256)) return (Sha256 *)state;
    if (!JS_HasException(context))
        JS_ThrowTypeError(context, "sha256: a state made by sha256Start is wanted");
    return NULL;
}

static JSValue js_sha256_start(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    Sha256 state;

    (void)this, (void)count, (void)words;
    sha256_start(&state);
    return JS_NewArrayBufferCopy(context, (const uint8_t *)&state, sizeof state);
}

static JSValue js_sha256_add(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    size_t size;
    Sha256 *state = sha256_state(context, words[0]);
    uint8_t *bytes = state == NULL ? NULL : bytes_of(context, words[1], &size);

    (void)this, (void)count;
    if (bytes == NULL) return JS_EXCEPTION;
    if (bytes >= (uint8_t *)state && bytes < (uint8_t *)(state + 1))
        return JS_ThrowTypeError(context, "sha256Add: the bytes must not be part of the state");
    sha256_add(state, bytes, size);
    return JS_UNDEFINED;
}

static JSValue js_sha256_end(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    Sha256 *state = sha256_state(context, words[0]);
    uint8_t digest[32];

    (void)this, (void)count;
    if (state == NULL) return JS_EXCEPTION;
    sha256_end(state, digest);
    return JS_NewArrayBufferCopy(context, digest, sizeof digest);
}

static JSValue js_crc32(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    size_t size;
    uint32_t previous;
    uint8_t *bytes;

    (void)this, (void)count;
    if (JS_ToUint32(context, &previous, words[1])) return JS_EXCEPTION;
    if ((bytes = bytes_of(context, words[0], &size)) == NULL) return JS_EXCEPTION;
    return JS_NewUint32(context, crc32_z(previous, bytes, size));
}

const JSCFunctionListEntry digest_functions[] = {
    JS_CFUNC_DEF("sha256Start", 0, js_sha256_start),
    JS_CFUNC_DEF("sha256Add", 2, js_sha256_add),
    JS_CFUNC_DEF("sha256End", 1, js_sha256_end),
    JS_CFUNC_DEF("crc32", 2, js_crc32),
};
const int digest_function_count = sizeof digest_functions / sizeof *digest_functions;
