/*
 * The engine of every runtime: runs the entry module, then promise jobs and TypeScript's event loop until
 * nothing is left to do. Hooks let TypeScript take part.
 */
#include <stdio.h>
#include <stdlib.h>

#include "native.h"

uint8_t *bytes_of(JSContext *context, JSValueConst value, size_t *size) {
    static uint8_t nothing;
    size_t offset, whole;
    JSValue buffer = JS_GetTypedArrayBuffer(context, value, &offset, size, NULL);
    uint8_t *start;

    if (JS_IsException(buffer)) return NULL;
    start = JS_GetArrayBuffer(context, &whole, buffer);
    JS_FreeValue(context, buffer); /* `value` still holds it */
    if (start == NULL && JS_HasException(context)) return NULL;
    return start == NULL ? &nothing : start + offset;
}

static JSValue idle_hook, rejection_hook; /* not functions until TypeScript sets them */

static void print_error(JSContext *context, JSValueConst error) {
    const char *text, *where;
    JSValue stack;

    memory_open_reserve();
    text = JS_ToCString(context, error);
    stack = JS_IsError(context, error) ? JS_GetPropertyStr(context, error, "stack") : JS_UNDEFINED;
    where = JS_IsString(stack) ? JS_ToCString(context, stack) : NULL;
    fprintf(stderr, "bq2: %s\n%s", text == NULL ? "an error that cannot be shown" : text,
            where == NULL ? "" : where);
    JS_FreeCString(context, text);
    JS_FreeCString(context, where);
    JS_FreeValue(context, stack);
}

void engine_report(JSContext *context) {
    JSValue error = JS_GetException(context);

    print_error(context, error);
    JS_FreeValue(context, error);
}

_Noreturn static void fail(JSContext *context) {
    engine_report(context);
    exit(EXIT_UNCAUGHT);
}

/* Hooks that TypeScript sets. */

static JSValue set_hook(JSContext *context, JSValue *hook, JSValueConst value) {
    if (!JS_IsFunction(context, value)) return JS_ThrowTypeError(context, "a function is wanted");
    JS_FreeValue(context, *hook);
    *hook = JS_DupValue(context, value);
    return JS_UNDEFINED;
}

static JSValue set_idle(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    (void)this, (void)count;
    return set_hook(context, &idle_hook, words[0]);
}

static JSValue set_rejection_tracker(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    (void)this, (void)count;
    return set_hook(context, &rejection_hook, words[0]);
}

static void on_rejection(JSContext *context, JSValueConst promise, JSValueConst reason, JS_BOOL is_handled,
                         void *unused) {
    JSValueConst words[] = {promise, reason, JS_NewBool(context, is_handled)};

    (void)unused;
    if (JS_IsObject(rejection_hook))
        JS_FreeValue(context, JS_Call(context, rejection_hook, JS_UNDEFINED, 3, words));
}

static JSValue set_memory_limit(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    int64_t bytes;

    (void)this, (void)count;
    if (JS_ToInt64(context, &bytes, words[0])) return JS_EXCEPTION;
    if (bytes <= 0)
        return JS_ThrowRangeError(context, "setMemoryLimit: a positive number of bytes is wanted");
    JS_SetMemoryLimit(JS_GetRuntime(context), bytes);
    return JS_UNDEFINED;
}

static JSValue open_reserve(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    (void)context, (void)this, (void)count, (void)words;
    memory_open_reserve();
    return JS_UNDEFINED;
}

int engine_is_waiting;

/* False: nothing is left to wait for. */
static int wait_for_event(JSContext *context) {
    JSValue goes_on = JS_FALSE;

    engine_is_waiting = 1;
    if (JS_IsObject(idle_hook)) goes_on = JS_Call(context, idle_hook, JS_UNDEFINED, 0, NULL);
    engine_is_waiting = 0;
    if (JS_IsException(goes_on)) fail(context);
    return JS_ToBool(context, goes_on);
}

/* Returns when no job and no event is left. */
static void run_loop(JSContext *context) {
    for (;;) {
        JSContext *job_context;
        int status = JS_ExecutePendingJob(JS_GetRuntime(context), &job_context);

        if (status < 0) fail(job_context);
        if (status == 0 && !wait_for_event(context) && !JS_IsJobPending(JS_GetRuntime(context))) return;
    }
}

int engine_run(JSContext *context, const char *entry) {
    JSValue loaded;

    JS_SetHostPromiseRejectionTracker(JS_GetRuntime(context), on_rejection, NULL);
    loaded = JS_LoadModule(context, "", entry);
    if (JS_IsException(loaded)) fail(context);
    run_loop(context);
    if (JS_PromiseState(context, loaded) != JS_PROMISE_REJECTED) return 0;
    print_error(context, JS_PromiseResult(context, loaded));
    return EXIT_UNCAUGHT;
}

const JSCFunctionListEntry engine_functions[] = {
    JS_CFUNC_DEF("setIdle", 1, set_idle),
    JS_CFUNC_DEF("setRejectionTracker", 1, set_rejection_tracker),
    JS_CFUNC_DEF("setMemoryLimit", 1, set_memory_limit),
    JS_CFUNC_DEF("openReserve", 0, open_reserve),
};
const int engine_function_count = sizeof engine_functions / sizeof *engine_functions;
