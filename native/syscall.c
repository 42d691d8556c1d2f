/*
 * The system-call primitive: turns TypeScript values into the words that the kernel takes. It checks what can
 * be known here: kinds, ranges, NULs, and that the kernel stays within the bytes it is given. A call that
 * `pointers` does not list takes numbers and null only.
 *
 * Not checked: numbers that are addresses, and bytes within arrays (a seccomp filter's program).
 *
 * Reading an array can run JavaScript (getters, proxies), which may drop values that were read before. So
 * every value is held until the call has returned, and addresses of bytes are taken last, when no more
 * JavaScript runs.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux.h"

#ifndef SYS_fchmodat2 /* Linux 6.6; older headers lack it */
#define SYS_fchmodat2 452
#endif

enum { WORDS = 6, FEW_HELD = 8, MAX_HELD = 4096, MAX_ARRAYS = 32, MAX_DEPTH = 3 };

/* Bytes whose address is stored in *word, and their number in *size. */
typedef struct {
    JSValue bytes;
    int64_t *word;
    size_t *size;
} Borrowed;

/* What a word was in TypeScript: a number, bigint or null; or something whose address goes to the kernel. */
typedef enum { NUMBER, STRING, BYTES, ARRAY } Kind;

/* What one call holds on to, and for each of its words the kind and the number of bytes it points to. */
typedef struct {
    const char **strings;
    Borrowed *borrowed;
    int64_t *arrays[MAX_ARRAYS];
    int string_count, borrowed_count, array_count;
    size_t sizes[WORDS];
    Kind kinds[WORDS];
} Call;

enum { READS, WRITES, NAME, LIST };
enum { ONE = -1 };
#define STATED_AT(word) (-2 - (word))

/*
 * What the kernel does with the word `buffer` when it is not 0. READS and WRITES: it accesses as many units
 * of `unit` bytes as word `length` says; with ONE, one unit; with STATED_AT, as many as the first four bytes
 * that a word points to say, which an earlier row checks. It never writes to strings: JavaScript's are
 * constant. NAME: it reads up to a NUL. LIST: it takes an array of words, ended by 0.
 */
typedef struct {
    long number;
    int does, buffer, length;
    size_t unit;
} Pointer;

static const Pointer pointers[] = {
    {SYS_read, WRITES, 1, 2, 1},
    {SYS_pread64, WRITES, 1, 2, 1},
    {SYS_write, READS, 1, 2, 1},
    {SYS_pwrite64, READS, 1, 2, 1},
    {SYS_getdents64, WRITES, 1, 2, 1},
    {SYS_readlinkat, WRITES, 2, 3, 1},
    {SYS_getcwd, WRITES, 0, 1, 1},
    {SYS_getrandom, WRITES, 0, 1, 1},
    {SYS_copy_file_range, WRITES, 1, ONE, 8},
    {SYS_copy_file_range, WRITES, 3, ONE, 8},
    {SYS_listxattr, WRITES, 1, 2, 1},
    {SYS_llistxattr, WRITES, 1, 2, 1},
    {SYS_lgetxattr, WRITES, 2, 3, 1},
    {SYS_lsetxattr, READS, 2, 3, 1},
    {SYS_statx, WRITES, 4, ONE, 256},
    {SYS_statfs, WRITES, 1, ONE, 120},
    {SYS_fstatfs, WRITES, 1, ONE, 120},
    {SYS_utimensat, READS, 2, ONE, 32},
    {SYS_pipe2, WRITES, 0, ONE, 8},
    {SYS_ppoll, WRITES, 0, 1, sizeof(struct pollfd)},
    {SYS_ppoll, WRITES, 2, ONE, 16},
    {SYS_ppoll, READS, 3, 4, 1},
    {SYS_epoll_ctl, READS, 3, ONE, sizeof(struct epoll_event)},
    {SYS_epoll_pwait, WRITES, 1, 2, sizeof(struct epoll_event)},
    {SYS_epoll_pwait, READS, 4, 5, 1},
    {SYS_signalfd4, READS, 1, 2, 1},
    {SYS_rt_sigaction, READS, 1, ONE, 32},
    {SYS_rt_sigaction, WRITES, 2, ONE, 32},
    {SYS_rt_sigprocmask, READS, 1, 3, 1},
    {SYS_rt_sigprocmask, WRITES, 2, 3, 1},
    {SYS_wait4, WRITES, 1, ONE, 4},
    {SYS_wait4, WRITES, 3, ONE, 144},
    {SYS_waitid, WRITES, 2, ONE, 128},
    {SYS_waitid, WRITES, 4, ONE, 144},
    {SYS_prlimit64, READS, 2, ONE, 16},
    {SYS_prlimit64, WRITES, 3, ONE, 16},
    {SYS_sched_getaffinity, WRITES, 2, 1, 1},
    {SYS_clock_gettime, WRITES, 1, ONE, 16},
    {SYS_clock_settime, READS, 1, ONE, 16},
    {SYS_sysinfo, WRITES, 0, ONE, 112},
    {SYS_uname, WRITES, 0, ONE, 390},
    {SYS_sethostname, READS, 0, 1, 1},
    {SYS_setgroups, READS, 1, 0, 4}, /* gid_t */
    {SYS_connect, READS, 1, 2, 1},
    {SYS_bind, READS, 1, 2, 1},
    {SYS_sendto, READS, 1, 2, 1},
    {SYS_sendto, READS, 4, 5, 1},
    {SYS_recvfrom, WRITES, 1, 2, 1},
    {SYS_recvfrom, WRITES, 4, ONE, 128}, /* struct sockaddr_storage */
    {SYS_recvfrom, WRITES, 5, ONE, 4},
    {SYS_setsockopt, READS, 3, 4, 1},
    {SYS_mount_setattr, READS, 3, 4, 1},

    {SYS_getsockopt, WRITES, 4, ONE, 4},
    {SYS_getsockopt, WRITES, 3, STATED_AT(4), 1},
    {SYS_openat2, READS, 2, 3, 1},
    {SYS_capset, READS, 0, ONE, 8},  /* struct __user_cap_header_struct, linux/capability.h */
    {SYS_capset, READS, 1, ONE, 24}, /* two of struct __user_cap_data_struct in version 3 */

    {SYS_openat, NAME, 1},        {SYS_openat2, NAME, 1},       {SYS_statx, NAME, 1},
    {SYS_statfs, NAME, 0},        {SYS_faccessat, NAME, 1},     {SYS_fchmodat, NAME, 1},
    {SYS_fchmodat2, NAME, 1},     {SYS_fchownat, NAME, 1},      {SYS_utimensat, NAME, 1},
    {SYS_mkdirat, NAME, 1},       {SYS_mknodat, NAME, 1},       {SYS_unlinkat, NAME, 1},
    {SYS_readlinkat, NAME, 1},    {SYS_symlinkat, NAME, 0},     {SYS_symlinkat, NAME, 2},
    {SYS_linkat, NAME, 1},        {SYS_linkat, NAME, 3},        {SYS_renameat, NAME, 1},
    {SYS_renameat, NAME, 3},      {SYS_chdir, NAME, 0},         {SYS_chroot, NAME, 0},
    {SYS_listxattr, NAME, 0},     {SYS_llistxattr, NAME, 0},    {SYS_lgetxattr, NAME, 0},
    {SYS_lgetxattr, NAME, 1},     {SYS_lsetxattr, NAME, 0},     {SYS_lsetxattr, NAME, 1},
    {SYS_lremovexattr, NAME, 0},  {SYS_lremovexattr, NAME, 1},  {SYS_mount, NAME, 0},
    {SYS_mount, NAME, 1},         {SYS_mount, NAME, 2},         {SYS_mount, NAME, 4},
    {SYS_umount2, NAME, 0},       {SYS_mount_setattr, NAME, 1}, {SYS_pivot_root, NAME, 0},
    {SYS_pivot_root, NAME, 1},    {SYS_execve, NAME, 0},        {SYS_execve, LIST, 1},
    {SYS_execve, LIST, 2},
};

/* What ioctl(2) and seccomp(2) do with the word `buffer` when the word `selector` has this value. */
static const struct {
    int selector;
    uint32_t value;
    Pointer pointer;
} selected[] = {
    {1, TCGETS, {SYS_ioctl, WRITES, 2, ONE, 36}}, /* struct termios, asm-generic/termbits.h */
    {1, TCSETS, {SYS_ioctl, READS, 2, ONE, 36}},
    {1, TIOCGWINSZ, {SYS_ioctl, WRITES, 2, ONE, sizeof(struct winsize)}},
    {1, TIOCOUTQ, {SYS_ioctl, WRITES, 2, ONE, 4}},
    {1, TIOCGPGRP, {SYS_ioctl, WRITES, 2, ONE, 4}},
    {1, TIOCSPGRP, {SYS_ioctl, READS, 2, ONE, 4}},
    {1, SIOCGIFFLAGS, {SYS_ioctl, WRITES, 2, ONE, 40}}, /* struct ifreq, linux/if.h */
    {1, SIOCGIFADDR, {SYS_ioctl, WRITES, 2, ONE, 40}},
    {1, SIOCSIFFLAGS, {SYS_ioctl, READS, 2, ONE, 40}},
    {1, SIOCSIFADDR, {SYS_ioctl, READS, 2, ONE, 40}},
    {1, SIOCSIFNETMASK, {SYS_ioctl, READS, 2, ONE, 40}},
    {1, SIOCADDRT, {SYS_ioctl, READS, 2, ONE, 120}}, /* struct rtentry, linux/route.h */
    {0, 1, {SYS_seccomp, LIST, 2}}, /* SECCOMP_SET_MODE_FILTER: struct sock_fprog, linux/filter.h */
    {0, 2, {SYS_seccomp, READS, 2, ONE, 4}}, /* SECCOMP_GET_ACTION_AVAIL, linux/seccomp.h */
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

/*
 * Makes room for one more item in a list of `count` items. A list grows when it is full: at FEW_HELD items,
 * and at each power of two beyond.
 */
static int make_room(JSContext *context, void **list, int count, size_t unit) {
    const int is_full = count < FEW_HELD ? count == 0 : (count & (count - 1)) == 0;
    void *larger;

    if (count == MAX_HELD) {
        JS_ThrowRangeError(context, "syscall: more than %d strings or buffers", MAX_HELD);
        return -1;
    }
    if (!is_full) return 0;
    larger = js_realloc(context, *list, (count < FEW_HELD ? FEW_HELD : 2 * count) * unit);
    if (larger == NULL) return -1;
    *list = larger;
    return 0;
}

static int string(JSContext *context, JSValueConst value, Call *call, int64_t *word, size_t *size) {
    const char *text;
    size_t length;

    if (make_room(context, (void **)&call->strings, call->string_count, sizeof *call->strings)) return -1;
    text = JS_ToCStringLen(context, &length, value);
    if (text == NULL) return -1;
    call->strings[call->string_count++] = text;
    if (size != NULL) *size = length;
    if (strlen(text) != length) {
        JS_ThrowTypeError(context, "syscall: a string contains a NUL");
        return -1;
    }
    *word = (intptr_t)text;
    return 0;
}

/* Holds the bytes; `take_addresses` takes their address later. */
static int borrow(JSContext *context, JSValueConst bytes, Call *call, int64_t *word, size_t *size) {
    if (make_room(context, (void **)&call->borrowed, call->borrowed_count, sizeof *call->borrowed))
        return -1;
    call->borrowed[call->borrowed_count++] = (Borrowed){JS_DupValue(context, bytes), word, size};
    return 0;
}

static int take_addresses(JSContext *context, Call *call) {
    for (int i = 0; i < call->borrowed_count; i++) {
        size_t size;
        uint8_t *bytes = bytes_of(context, call->borrowed[i].bytes, &size);

        if (bytes == NULL) return -1;
        *call->borrowed[i].word = (intptr_t)bytes;
        if (call->borrowed[i].size != NULL) *call->borrowed[i].size = size;
    }
    return 0;
}

static int to_word(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word,
                   size_t *size);

static int array(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word) {
    JSValue length = JS_GetPropertyStr(context, value, "length");
    uint32_t count = 0;
    int64_t *words;
    int failed;

    failed = JS_ToUint32(context, &count, length);
    JS_FreeValue(context, length);
    if (failed) return -1;
    if (depth == MAX_DEPTH || call->array_count == MAX_ARRAYS || count > MAX_HELD) {
        JS_ThrowRangeError(context, "syscall: arrays are too many, too long or too deep");
        return -1;
    }
    words = js_mallocz(context, (count + 1) * sizeof *words);
    if (words == NULL) return -1;
    call->arrays[call->array_count++] = words;
    for (uint32_t i = 0; i < count && !failed; i++) {
        JSValue item = JS_GetPropertyUint32(context, value, i);
        failed = JS_IsException(item) || to_word(context, item, call, depth + 1, &words[i], NULL);
        JS_FreeValue(context, item);
    }
    *word = (intptr_t)words;
    return failed;
}

static Kind kind_of(JSContext *context, JSValueConst value) {
    if (JS_IsString(value)) return STRING;
    if (!JS_IsObject(value) || JS_IsBigInt(context, value)) return NUMBER;
    return JS_IsArray(context, value) > 0 ? ARRAY : BYTES; /* to_word refuses any other object */
}

/* Where `size` is not NULL and the word points to bytes, *size is their number. */
static int to_word(JSContext *context, JSValueConst value, Call *call, int depth, int64_t *word,
                   size_t *size) {
    int is_array;

    *word = 0;
    if (JS_IsNull(value)) return 0;
    if (JS_IsNumber(value)) return integer(context, value, word);
    if (JS_IsBigInt(context, value)) return big_integer(context, value, word);
    if (JS_IsString(value)) return string(context, value, call, word, size);
    is_array = JS_IsArray(context, value);
    if (is_array > 0) return array(context, value, call, depth, word);
    if (is_array == 0 && JS_IsObject(value)) return borrow(context, value, call, word, size);
    if (is_array == 0)
        JS_ThrowTypeError(context, "syscall: numbers, bigints, strings, bytes, arrays and null are wanted");
    return -1;
}

static uint64_t units_of(const Pointer *pointer, const int64_t *words) {
    uint32_t stated;

    if (pointer->length == ONE) return 1;
    if (pointer->length >= 0) return words[pointer->length];
    if (words[STATED_AT(pointer->length)] == 0) return 0;
    memcpy(&stated, (const void *)words[STATED_AT(pointer->length)], sizeof stated);
    return stated;
}

/* 0: an exception is pending. */
static int is_within(JSContext *context, const Pointer *pointer, const int64_t *words, const Call *call) {
    const Kind kind = call->kinds[pointer->buffer];
    const size_t size = call->sizes[pointer->buffer];
    const void *bytes = (const void *)words[pointer->buffer];
    const int number = pointer->number, word = pointer->buffer + 1;
    const int takes_strings = pointer->does != WRITES;
    const int is_accepted =
        pointer->does == LIST ? kind == ARRAY : kind == BYTES || (kind == STRING && takes_strings);
    uint64_t units;

    if (bytes == NULL) return 1;
    if (!is_accepted) {
        JS_ThrowTypeError(context, "syscall %d: %s wanted for word %d", number,
                          pointer->does == LIST ? "an array is" : "bytes are", word);
        return 0;
    }
    if (pointer->does == LIST) return 1;
    if (pointer->does == NAME) {
        if (kind == STRING || memchr(bytes, 0, size) != NULL) return 1;
        JS_ThrowTypeError(context, "syscall %d: a name that ends in a NUL is wanted for word %d", number,
                          word);
        return 0;
    }
    units = units_of(pointer, words);
    if (units <= size / pointer->unit) return 1;
    JS_ThrowRangeError(context, "syscall %d: %zu bytes are too few for %llu times %zu", number, size,
                       (unsigned long long)units, pointer->unit);
    return 0;
}

/* 0: an exception is pending. Every word that is an address needs a row, and must fit it. */
static int within_bounds(JSContext *context, int64_t number, const int64_t *words, const Call *call) {
    int is_known[WORDS] = {0};

    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        if (pointers[i].number != number) continue;
        if (!is_within(context, &pointers[i], words, call)) return 0;
        is_known[pointers[i].buffer] = 1;
    }
    for (size_t i = 0; i < sizeof selected / sizeof *selected; i++) {
        const Pointer *pointer = &selected[i].pointer;
        if (pointer->number != number || (uint32_t)words[selected[i].selector] != selected[i].value) continue;
        if (!is_within(context, pointer, words, call)) return 0;
        is_known[pointer->buffer] = 1;
    }
    for (int i = 0; i < WORDS; i++) {
        if (call->kinds[i] == NUMBER || is_known[i]) continue;
        JS_ThrowTypeError(context, "syscall %d: a number is wanted for word %d", (int)number, i + 1);
        return 0;
    }
    return 1;
}

static void let_go(JSContext *context, Call *call) {
    while (call->string_count > 0) JS_FreeCString(context, call->strings[--call->string_count]);
    while (call->borrowed_count > 0) JS_FreeValue(context, call->borrowed[--call->borrowed_count].bytes);
    while (call->array_count > 0) js_free(context, call->arrays[--call->array_count]);
    js_free(context, call->strings);
    js_free(context, call->borrowed);
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
    for (int i = 0; i + 1 < count && !failed; i++) {
        call.kinds[i] = kind_of(context, values[i + 1]);
        failed = to_word(context, values[i + 1], &call, 0, &words[i], &call.sizes[i]);
    }
    failed = failed || take_addresses(context, &call) || !within_bounds(context, number, words, &call);
    if (!failed) {
        result = syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
        if (result == -1) result = -errno;
    }
    let_go(context, &call);
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
