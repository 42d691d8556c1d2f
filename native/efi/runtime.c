/*
 * QuickJS as a UEFI application: entry, stack, and the primitives of `bq2:firmware`, which
 * src/efi/firmware.d.ts declares for TypeScript. The program is in the section `.bq2` of our own image.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../native.h"
#include "../sha256-blocks.h"
#include "efi.h"

/* The boot loader digests one kernel, for which plain C is fast enough. */
int sha256_add_blocks(uint32_t hash[8], const uint8_t *blocks, size_t count) {
    (void)hash, (void)blocks, (void)count;
    return 0;
}

enum {
    STACK_SIZE = 8 << 20, /* the firmware guarantees 128 KiB (UEFI 2.10, 2.3.2); TypeScript needs more */
    STACK_RESERVE = 256 << 10,
    PAGE_SHIFT = 12,
    LOADER_DATA = 2, /* EfiLoaderData, section 7.2 */
    MAX_CALLBACKS = 16,
    CALLBACK_WORDS = 8,
};

/* Offsets of 64-bit fields: EFI_SYSTEM_TABLE (4.3), EFI_BOOT_SERVICES (4.4), EFI_RUNTIME_SERVICES (4.5). */
enum { CONSOLE_OUT = 64, RUNTIME_SERVICES = 88, BOOT_SERVICES = 96 };
enum { ALLOCATE_PAGES = 40, FREE_PAGES = 48, HANDLE_PROTOCOL = 152, EXIT = 216, SET_WATCHDOG_TIMER = 256 };
enum { GET_TIME = 24 };
enum { OUTPUT_STRING = 8 }; /* 12.4: EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL */
enum { IMAGE_BASE = 64 };   /* 9.1: EFI_LOADED_IMAGE_PROTOCOL */

static uint64_t image_handle, system_table;
static JSContext *the_context;

typedef uint64_t(EFIAPI *Function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                                   uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

static uint64_t field(uint64_t base, int offset) {
    return *(const uint64_t *)(base + offset);
}

uint64_t efi_call(uint64_t function, const uint64_t w[MAX_WORDS]) {
    return ((Function)function)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11]);
}

static uint64_t boot_service(int offset, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    const uint64_t words[MAX_WORDS] = {a, b, c, d};
    return efi_call(field(field(system_table, BOOT_SERVICES), offset), words);
}

void *native_take_pages(size_t size) {
    uint64_t pages = 0;
    uint64_t count = (size + (1 << PAGE_SHIFT) - 1) >> PAGE_SHIFT;

    if (boot_service(ALLOCATE_PAGES, 0 /* AllocateAnyPages */, LOADER_DATA, count, (uint64_t)&pages))
        return NULL;
    return (void *)pages;
}

void native_give_pages(void *pages, size_t size) {
    boot_service(FREE_PAGES, (uint64_t)pages, (size + (1 << PAGE_SHIFT) - 1) >> PAGE_SHIFT, 0, 0);
}

_Noreturn void efi_exit(int code) {
    boot_service(EXIT, image_handle, code == 0 ? 0 : EFI_DEVICE_ERROR, 0, 0);
    for (;;) continue; /* Exit does not return */
}

/* The code point at text[*at]; moves *at past it. */
static uint32_t next_code_point(const char *text, size_t size, size_t *at) {
    uint32_t code = (unsigned char)text[(*at)++];
    int more = code < 0xc0 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;

    if (more > 0) code &= 0x3f >> more;
    while (more-- > 0 && *at < size) code = code << 6 | (text[(*at)++] & 0x3f);
    return code;
}

void efi_write(const char *text, size_t size) {
    uint64_t console = field(system_table, CONSOLE_OUT);
    uint16_t units[128]; /* a piece of the text in UTF-16, ended by 0 */
    size_t count = 0;

    for (size_t at = 0; at < size;) {
        uint32_t code = next_code_point(text, size, &at);
        if (code == '\n') units[count++] = '\r';
        if (code >= 0x10000) units[count++] = 0xd7c0 + (code >> 10);
        units[count++] = code >= 0x10000 ? 0xdc00 | (code & 0x3ff) : code;
        if (count > 123 || at >= size) {
            const uint64_t words[MAX_WORDS] = {console, (uint64_t)units};
            units[count] = 0;
            efi_call(field(console, OUTPUT_STRING), words);
            count = 0;
        }
    }
}

int64_t efi_time(void) {
    struct { /* section 8.3: EFI_TIME */
        uint16_t year;
        uint8_t month, day, hour, minute, second, pad1;
        uint32_t nanosecond;
        int16_t zone;
        uint8_t daylight, pad2;
    } now;
    const uint64_t words[MAX_WORDS] = {(uint64_t)&now};
    int64_t year, era, day_of_year;

    if (efi_call(field(field(system_table, RUNTIME_SERVICES), GET_TIME), words)) return 0;
    year = now.year - (now.month <= 2); /* years begin in March: the leap day comes last */
    era = year / 400;
    year -= era * 400;
    day_of_year = (153 * (now.month + (now.month > 2 ? -3 : 9)) + 2) / 5 + now.day - 1;
    /* 719468: days from March of year 0 to 1970 */
    return (era * 146097 + year * 365 + year / 4 - year / 100 + day_of_year - 719468) * 86400
           + now.hour * 3600 + now.minute * 60 + now.second;
}

/* Ticks of a counter that never stops; TypeScript measures how many make a second. */
static uint64_t ticks(void) {
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
#else
    uint64_t count;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(count));
    return count;
#endif
}

/* Primitives for TypeScript. */

/* A number, bigint, boolean or null, or the address of bytes, as a machine word. */
static int to_word(JSContext *context, JSValueConst value, uint64_t *word) {
    size_t size;

    *word = 0;
    if (JS_IsNull(value) || JS_IsUndefined(value)) return 0;
    if (JS_IsBigInt(context, value)) return JS_ToBigInt64(context, (int64_t *)word, value);
    if (!JS_IsObject(value)) return JS_ToInt64(context, (int64_t *)word, value);
    *word = (uint64_t)bytes_of(context, value, &size);
    return *word == 0 ? -1 : 0;
}

static JSValue from_word(JSContext *context, uint64_t word) {
    return JS_NewBigUint64(context, word);
}

static JSValue js_call(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    uint64_t function, words[MAX_WORDS] = {0};

    (void)this;
    if (count < 1 || count > MAX_WORDS + 1)
        return JS_ThrowRangeError(context, "call: at most %d words", MAX_WORDS);
    if (to_word(context, values[0], &function)) return JS_EXCEPTION;
    if (function == 0) return JS_ThrowTypeError(context, "call: no function has the address 0");
    for (int i = 1; i < count; i++)
        if (to_word(context, values[i], &words[i - 1])) return JS_EXCEPTION;
    return from_word(context, efi_call(function, words));
}

static JSValue js_address(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    uint64_t word;

    (void)this, (void)count;
    return to_word(context, values[0], &word) ? JS_EXCEPTION : from_word(context, word);
}

static void release_nothing(JSRuntime *runtime, void *unused, void *bytes) {
    (void)runtime, (void)unused, (void)bytes;
}

static JSValue js_memory(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    uint64_t address, size;

    (void)this, (void)count;
    if (to_word(context, values[0], &address) || to_word(context, values[1], &size)) return JS_EXCEPTION;
    return JS_NewArrayBuffer(context, (uint8_t *)address, size, release_nothing, NULL, 0);
}

static JSValue js_ticks(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    (void)this, (void)count, (void)values;
    return JS_NewInt64(context, ticks());
}

static JSValue js_exit(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    int32_t code;

    (void)this, (void)count;
    if (JS_ToInt32(context, &code, values[0])) return JS_EXCEPTION;
    efi_exit(code);
}

static JSValue js_add_program(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    size_t size;
    const char *problem = "it has no program section";
    uint8_t *bytes = bytes_of(context, values[0], &size), *kept;

    (void)this, (void)count;
    if (bytes == NULL) return JS_EXCEPTION;
    /* Kept for good: modules are loaded from it later. QuickJS asserts that no size is 0. */
    kept = js_malloc(context, size + 1);
    if (kept == NULL) return JS_EXCEPTION;
    memcpy(kept, bytes, size);
    if (program_add(kept, size, &problem) == 1) return JS_UNDEFINED;
    js_free(context, kept);
    return JS_ThrowTypeError(context, "Cannot use the program: %s", problem);
}

/* TypeScript functions that the firmware can call, synchronously: protocols made in TypeScript. */

static JSValue callbacks[MAX_CALLBACKS];
static int callback_count;

/* The caller, such as another application, may have its own stack: the engine's limit is not for that. */
static void limit_stack(int is_limited) {
    JS_SetMaxStackSize(JS_GetRuntime(the_context), is_limited ? STACK_SIZE - STACK_RESERVE : 0);
}

static uint64_t run_callback(int index, const uint64_t words[CALLBACK_WORDS]) {
    static int depth;
    JSValue values[CALLBACK_WORDS], result;
    uint64_t status = EFI_DEVICE_ERROR;

    if (depth++ == 0) limit_stack(0);
    for (int i = 0; i < CALLBACK_WORDS; i++) values[i] = from_word(the_context, words[i]);
    result = JS_Call(the_context, callbacks[index], JS_UNDEFINED, CALLBACK_WORDS, (JSValueConst *)values);
    if (JS_IsException(result) || to_word(the_context, result, &status))
        engine_report(the_context); /* the firmware gets a device error */
    JS_FreeValue(the_context, result);
    for (int i = 0; i < CALLBACK_WORDS; i++) JS_FreeValue(the_context, values[i]);
    if (--depth == 0) limit_stack(1);
    return status;
}

#define ENTRY(n)                                                                                     \
    static uint64_t EFIAPI callback_##n(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, \
                                        uint64_t f, uint64_t g, uint64_t h) {                        \
        return run_callback(n, (const uint64_t[]){a, b, c, d, e, f, g, h});                          \
    }
ENTRY(0) ENTRY(1) ENTRY(2) ENTRY(3) ENTRY(4) ENTRY(5) ENTRY(6) ENTRY(7)
ENTRY(8) ENTRY(9) ENTRY(10) ENTRY(11) ENTRY(12) ENTRY(13) ENTRY(14) ENTRY(15)

static const void *const callback_entries[MAX_CALLBACKS] = {
    callback_0, callback_1, callback_2,  callback_3,  callback_4,  callback_5,  callback_6,  callback_7,
    callback_8, callback_9, callback_10, callback_11, callback_12, callback_13, callback_14, callback_15,
};

static JSValue js_callback(JSContext *context, JSValueConst this, int count, JSValueConst *values) {
    (void)this, (void)count;
    if (!JS_IsFunction(context, values[0]))
        return JS_ThrowTypeError(context, "callback: a function is wanted");
    if (callback_count == MAX_CALLBACKS)
        return JS_ThrowRangeError(context, "callback: all %d are taken", MAX_CALLBACKS);
    callbacks[callback_count] = JS_DupValue(context, values[0]);
    return from_word(context, (uint64_t)callback_entries[callback_count++]);
}

static const JSCFunctionListEntry efi_functions[] = {
    JS_CFUNC_DEF("call", 1, js_call),         JS_CFUNC_DEF("address", 1, js_address),
    JS_CFUNC_DEF("memory", 2, js_memory),     JS_CFUNC_DEF("callback", 1, js_callback),
    JS_CFUNC_DEF("ticks", 0, js_ticks),       JS_CFUNC_DEF("exit", 1, js_exit),
    JS_CFUNC_DEF("addProgram", 1, js_add_program),
};
static const int efi_function_count = sizeof efi_functions / sizeof *efi_functions;

static int set_exports(JSContext *context, JSModuleDef *module) {
    JS_SetModuleExportList(context, module, efi_functions, efi_function_count);
    JS_SetModuleExportList(context, module, digest_functions, digest_function_count);
    JS_SetModuleExportList(context, module, evaluate_functions, evaluate_function_count);
    JS_SetModuleExportList(context, module, engine_functions, engine_function_count);
    JS_SetModuleExport(context, module, "image", from_word(context, image_handle));
    JS_SetModuleExport(context, module, "systemTable", from_word(context, system_table));
    return 0;
}

const char native_module_name[] = "bq2:firmware";

JSModuleDef *native_make_module(JSContext *context) {
    JSModuleDef *module = JS_NewCModule(context, native_module_name, set_exports);

    if (module == NULL) return NULL;
    JS_AddModuleExportList(context, module, efi_functions, efi_function_count);
    JS_AddModuleExportList(context, module, digest_functions, digest_function_count);
    JS_AddModuleExportList(context, module, evaluate_functions, evaluate_function_count);
    JS_AddModuleExportList(context, module, engine_functions, engine_function_count);
    JS_AddModuleExport(context, module, "image");
    JS_AddModuleExport(context, module, "systemTable");
    return module;
}

char *native_read_file(JSContext *context, const char *path, size_t *size) {
    *size = 0;
    JS_ThrowReferenceError(context, "Cannot import %s: the program has no such module", path);
    return NULL;
}

/*
 * The section `.bq2` of our own image in memory (Microsoft PE format, "COFF File Header", "Section Table").
 */
static const uint8_t *own_section(size_t *size) {
    /* 9.1: EFI_LOADED_IMAGE_PROTOCOL_GUID */
    static const uint32_t loaded_image[4] = {0x5b1b31a1, 0x11d29562, 0xa0003f8e, 0x3b7269c9};
    uint64_t protocol = 0;
    const uint8_t *base, *pe, *section;

    if (boot_service(HANDLE_PROTOCOL, image_handle, (uint64_t)loaded_image, (uint64_t)&protocol, 0))
        return NULL;
    base = (const uint8_t *)field(protocol, IMAGE_BASE);
    pe = base + *(const uint32_t *)(base + 60);
    section = pe + 24 + *(const uint16_t *)(pe + 20);
    for (int count = *(const uint16_t *)(pe + 6); count > 0; count--, section += 40) {
        if (strncmp((const char *)section, ".bq2", 8)) continue;
        *size = *(const uint32_t *)(section + 8);
        return base + *(const uint32_t *)(section + 12);
    }
    return NULL;
}

static void run(void) {
    const char *problem = "it has no program section";
    size_t size;
    const uint8_t *program = own_section(&size);
    JSRuntime *runtime;

    if (program == NULL || program_add(program, size, &problem) != 1) {
        fprintf(stderr, "bq2: Cannot start: %s\n", problem);
        efi_exit(EXIT_UNCAUGHT);
    }
    runtime = JS_NewRuntime();
    the_context = runtime == NULL ? NULL : JS_NewContext(runtime);
    if (the_context == NULL) {
        fprintf(stderr, "bq2: Cannot start: no memory is left\n");
        efi_exit(EXIT_UNCAUGHT);
    }
    modules_install(runtime, STACK_SIZE - STACK_RESERVE);
    efi_exit(engine_run(the_context, "main"));
}

/*
 * Continues with `run` on the stack that ends at `top`. Exit (section 7.4) returns to the firmware's stack.
 */
_Noreturn static void run_on(char *top) {
#if defined(__x86_64__)
    __asm__ volatile("mov %0, %%rsp; xor %%ebp, %%ebp; call *%1; ud2" ::"r"(top), "r"(run) : "memory");
#else
    __asm__ volatile("mov sp, %0; mov x29, #0; blr %1; brk #1" ::"r"(top), "r"(run) : "memory");
#endif
    __builtin_unreachable();
}

uint64_t EFIAPI efi_main(uint64_t handle, uint64_t table) {
    char *stack;

    image_handle = handle;
    system_table = table;
    boot_service(SET_WATCHDOG_TIMER, 0, 0, 0, 0); /* 0: off; it would reset the machine after five minutes */
    stack = native_take_pages(STACK_SIZE);
    if (stack == NULL) return EFI_OUT_OF_RESOURCES;
    run_on(stack + STACK_SIZE - 64);
}
