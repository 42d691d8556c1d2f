/*
 * The system-call primitive: TypeScript values become the words that the kernel takes. What can be known here is
 * checked: kinds, ranges, NULs, and for the calls of `bounds` that the kernel stays within the bytes it is given.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux.h"

enum { WORDS = 6, MAX_STRINGS = 4096, MAX_ARRAYS = 32, MAX_DEPTH = 3 };

/* What one call borrows, and the bytes behind each of its words. */
typedef struct {
    const char **strings;
    int64_t *arrays[MAX_ARRAYS];
    int string_count, array_count;
    size_t sizes[WORDS];
} Call;

/* Word `buffer` has room for as many bytes as word `length` says; where that is -1: for `fixed`. */
static const struct {
    long number;
    int buffer, length;
    size_t fixed;
} bounds[] = {
    {SYS_read, 1, 2, 0},        {SYS_write, 1, 2, 0},       {SYS_pread64, 1, 2, 0},   {SYS_pwrite64, 1, 2, 0},
    {SYS_getdents64, 1, 2, 0},  {SYS_readlinkat, 2, 3, 0},  {SYS_getcwd, 0, 1, 0},    {SYS_getrandom, 0, 1, 0},
    {SYS_sendto, 1, 2, 0},      {SYS_recvfrom, 1, 2, 0},    {SYS_sendto, 4, 5, 0},    {SYS_connect, 1, 2, 0},
    {SYS_bind, 1, 2, 0},        {SYS_setsockopt, 3, 4, 0},  {SYS_listxattr, 1, 2, 0}, {SYS_llistxattr, 1, 2, 0},
    {SYS_lgetxattr, 2, 3, 0},   {SYS_lsetxattr, 2, 3, 0},   {SYS_sethostname, 0, 1, 0},
    {SYS_sched_getaffinity, 2, 1, 0},                       {SYS_statx, 4, -1, 256},  {SYS_pipe2, 0, -1, 8},
    {SYS_clock_gettime, 1, -1, 16},                         {SYS_clock_settime, 1, -1, 16},
    {SYS_utimensat, 2, -1, 32}, {SYS_statfs, 1, -1, 120},   {SYS_fstatfs, 1, -1, 120}, {SYS_wait4, 1, -1, 4},
    {SYS_waitid, 2, -1, 128},   {SYS_sysinfo, 0, -1, 112},  {SYS_uname, 0, -1, 390},
    {SYS_rt_sigprocmask, 1, 3, 0},                          {SYS_rt_sigprocmask, 2, 3, 0},
};

static int integer(JSContext *context, JSValueConst value, int64_t *word) {
    double number;

    if (JS_ToFloat64(context, &number, value)) return -1;
    if (number != floor(number) || number < -0x1p63 || number >= 0x1p63) { /* NaN is not its own floor */
        JS_ThrowRangeError(context, "syscall: %g is not a 64-bit integer", number);
        return -1;
    }
    *word = (int64_t)number;
    return 0;
}

static int big_integer(JSContext *context, JSValueConst value, int64_t *word) {
    JSValue same, same_unsigned;
    int fits;

    if (JS_ToBigInt64(context, word, value)) return -1; /* takes the low 64 bits */
    same = JS_NewBigInt64(context, *word);
    same_unsigned = JS_NewBigUint64(context, (uint64_t)*word);
    fits = JS_StrictEq(context, same, value) || JS_StrictEq(context, same_unsigned, value);
    JS_FreeValue(context, same);
    JS_FreeValue(context, same_unsigned);
    if (fits) return 0;
    JS_ThrowRangeError(context, "syscall: a bigint does not fit into 64 bits");
    return -1;
}

static int string(JSContext *context, JSValueConst value, Call *call, int64_t *word, size_t *size) {
    const char *text;

    if (call->strings == NULL) call->strings = js_malloc(context, MAX_STRINGS * sizeof *call->strings);
    if (call->strings == NULL) return -1;
    if (call->string_count == MAX_STRINGS) {
        JS_ThrowRangeError(context, "syscall: more than %d strings", MAX_STRINGS);
        return -1;
    }
    text = JS_ToCStringLen(context, size, value);
    if (text == NULL) return -1;
    call->strings[call->string_count++] = text;
    if (strlen(text) != *size) {
        JS_ThrowTypeError(context, "syscall: a string contains a NUL");
        return -1;
    }
    *word = (intptr_t)text;
    return 0;
}

static int to_word(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word, size_t *size);

static int array(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word) {
    JSValue length = JS_GetPropertyStr(context, value, "length");
    uint32_t count = 0;
    int64_t *words;
    size_t size;
    int failed;

    failed = JS_ToUint32(context, &count, length);
    JS_FreeValue(context, length);
    if (failed) return -1;
    if (depth == MAX_DEPTH || call->array_count == MAX_ARRAYS || count > MAX_STRINGS) {
        JS_ThrowRangeError(context, "syscall: arrays are too many, too long or too deep");
        return -1;
    }
    words = js_mallocz(context, (count + 1) * sizeof *words);
    if (words == NULL) return -1;
    call->arrays[call->array_count++] = words;
    for (uint32_t i = 0; i < count && !failed; i++) {
        JSValue item = JS_GetPropertyUint32(context, value, i);
        failed = to_word(context, item, call, depth + 1, &words[i], &size);
        JS_FreeValue(context, item);
    }
    *word = (intptr_t)words;
    return failed;
}

static int to_word(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word, size_t *size) {
    uint8_t *bytes;

    *size = SIZE_MAX; /* unknown: nothing to be held to */
    *word = 0;
    if (JS_IsNull(value)) return 0;
    if (JS_IsNumber(value)) return integer(context, value, word);
    if (JS_IsBigInt(context, value)) return big_integer(context, value, word);
    if (JS_IsString(value)) return string(context, value, call, word, size);
    if (JS_IsArray(context, value) > 0) return array(context, value, call, depth, word);
    bytes = JS_IsObject(value) ? bytes_of(context, value, size) : NULL;
    *word = (intptr_t)bytes;
    if (bytes != NULL) return 0;
    if (!JS_HasException(context))
        JS_ThrowTypeError(context, "syscall: numbers, bigints, strings, bytes, arrays and null are wanted");
    return -1;
}

static int within_bounds(JSContext *context, int64_t number, const int64_t *words, const Call *call) {
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        size_t room = call->sizes[bounds[i].buffer], wanted;

        if (bounds[i].number != number || words[bounds[i].buffer] == 0) continue;
        wanted = bounds[i].length < 0 ? bounds[i].fixed : (size_t)words[bounds[i].length];
        if (room != SIZE_MAX && wanted <= room) continue;
        if (room == SIZE_MAX) JS_ThrowTypeError(context, "syscall %d: bytes are wanted", (int)number);
        else JS_ThrowRangeError(context, "syscall %d: %zu bytes do not fit into %zu", (int)number, wanted, room);
        return 0;
    }
    return 1;
}

static JSValue js_syscall(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    Call call = {0};
    int64_t number, words[WORDS] = {0};
    long result = 0;
    int failed = 0;

    (void)this;
    if (count < 1 || count > WORDS + 1 || !JS_IsNumber(values[0]))
        return JS_ThrowTypeError(context, "syscall: a number and up to six words are wanted");
    failed = integer(context, values[0], &number);
    for (int i = 0; i < WORDS; i++) call.sizes[i] = SIZE_MAX;
    for (int i = 1; i < count && !failed; i++)
        failed = to_word(context, values[i], &call, 0, &words[i - 1], &call.sizes[i - 1]);
    if (!failed) failed = !within_bounds(context, number, words, &call);
    if (!failed) {
        result = syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
        if (result == -1) result = -errno;
    }
    while (call.string_count > 0) JS_FreeCString(context, call.strings[--call.string_count]);
    while (call.array_count > 0) js_free(context, call.arrays[--call.array_count]);
    js_free(context, call.strings);
    return failed ? JS_EXCEPTION : JS_NewInt64(context, result);
}

#if defined(__x86_64__)
#define ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE "aarch64"
#endif

const JSCFunctionListEntry syscall_functions[] = {
    JS_CFUNC_DEF("syscall", 7, js_syscall),
    JS_PROP_STRING_DEF("architecture", ARCHITECTURE, 0),
};
const int syscall_function_count = sizeof syscall_functions / sizeof *syscall_functions;
