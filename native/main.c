/*
 * The executable: finds its program, runs the module `main` of it, and then promise jobs and TypeScript's event loop
 * until nothing is left. Without a program it runs the JavaScript module that its first argument names.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux.h"

#define ENTRY "main"

enum {
    EXIT_UNCAUGHT = 1,
    EXIT_NO_PROGRAM = 2,
    STACK_RESERVE = 512 * 1024,       /* for C below JavaScript's limit */
    LARGEST_STACK = 64 * 1024 * 1024, /* of a limit that is "unlimited" */
};

static JSValue idle_hook, rejection_hook; /* functions once they are set */
static volatile sig_atomic_t is_interrupted;

static void print_error(JSContext *context, JSValueConst error) {
    const char *text = JS_ToCString(context, error);
    JSValue stack = JS_IsError(context, error) ? JS_GetPropertyStr(context, error, "stack") : JS_UNDEFINED;
    const char *where = JS_IsString(stack) ? JS_ToCString(context, stack) : NULL;

    fprintf(stderr, "bq2: %s\n%s", text == NULL ? "an error that cannot be shown" : text, where == NULL ? "" : where);
    JS_FreeCString(context, text);
    JS_FreeCString(context, where);
    JS_FreeValue(context, stack);
}

_Noreturn static void fail(JSContext *context) {
    JSValue error = JS_GetException(context);

    print_error(context, error);
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

/* SIGINT while JavaScript runs. */

static void on_interrupt(int signal) {
    (void)signal;
    is_interrupted = 1;
}

static int should_stop(JSRuntime *runtime, void *unused) {
    (void)runtime, (void)unused;
    return is_interrupted;
}

static JSValue set_interruptible(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    const int on = JS_ToBool(context, words[0]);
    struct sigaction action = {.sa_handler = on ? on_interrupt : SIG_DFL}; /* no SA_RESTART: waiting ends too */

    (void)this, (void)count;
    is_interrupted = 0;
    sigaction(SIGINT, &action, NULL);
    JS_SetInterruptHandler(JS_GetRuntime(context), on ? should_stop : NULL, NULL);
    return JS_UNDEFINED;
}

static JSValue take_interrupt(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    const int was = is_interrupted;

    (void)this, (void)count, (void)words;
    is_interrupted = 0;
    return JS_NewBool(context, was);
}

static JSValue set_memory_limit(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    int64_t bytes;

    (void)this, (void)count;
    if (JS_ToInt64(context, &bytes, words[0])) return JS_EXCEPTION;
    if (bytes <= 0) return JS_ThrowRangeError(context, "setMemoryLimit: a positive number of bytes is wanted");
    JS_SetMemoryLimit(JS_GetRuntime(context), bytes);
    return JS_UNDEFINED;
}

const JSCFunctionListEntry engine_functions[] = {
    JS_CFUNC_DEF("setIdle", 1, set_idle),
    JS_CFUNC_DEF("setRejectionTracker", 1, set_rejection_tracker),
    JS_CFUNC_DEF("setInterruptible", 1, set_interruptible),
    JS_CFUNC_DEF("takeInterrupt", 0, take_interrupt),
    JS_CFUNC_DEF("setMemoryLimit", 1, set_memory_limit),
};
const int engine_function_count = sizeof engine_functions / sizeof *engine_functions;

/* JavaScript may use what the kernel gives to the main thread, less a reserve. */
static size_t stack_size(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur > LARGEST_STACK) return LARGEST_STACK / 8;
    return limit.rlim_cur > 2 * STACK_RESERVE ? limit.rlim_cur - STACK_RESERVE : limit.rlim_cur / 2;
}

/* Our own file: by /proc where it is mounted, else (process 1 at its start) by the name it was executed by. */
static int add_own_program(void) {
    const char *own = "/proc/self/exe", *problem;
    int added;

    if (access(own, R_OK) < 0) own = (const char *)getauxval(AT_EXECFN);
    added = program_map(own, &problem);
    if (added >= 0) return added;
    fprintf(stderr, "bq2: Cannot start: %s: %s (hint: install it again)\n", own, problem);
    exit(EXIT_NO_PROGRAM);
}

/* Until no job and no event is left. */
static void run_loop(JSContext *context) {
    for (;;) {
        JSContext *job_context;
        int status = JS_ExecutePendingJob(JS_GetRuntime(context), &job_context);

        if (status < 0) fail(job_context);
        if (status == 0) {
            JSValue goes_on = JS_IsObject(idle_hook) ? JS_Call(context, idle_hook, JS_UNDEFINED, 0, NULL) : JS_FALSE;
            if (JS_IsException(goes_on)) fail(context);
            if (!JS_ToBool(context, goes_on) && !JS_IsJobPending(JS_GetRuntime(context))) return;
            JS_FreeValue(context, goes_on);
        }
    }
}

int main(int count, char **words) {
    const int has_program = add_own_program();
    const char *entry = has_program ? ENTRY : words[1];
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = runtime == NULL ? NULL : JS_NewContext(runtime);
    JSValue loaded;

    if (context == NULL) {
        fprintf(stderr, "bq2: Cannot start: no memory is left\n");
        return EXIT_UNCAUGHT;
    }
    if (!has_program && count < 2) {
        fprintf(stderr, "bq2: Cannot start: this runtime has no program (usage: %s MODULE.js [ARGUMENT]...)\n", words[0]);
        return EXIT_NO_PROGRAM;
    }
    JS_SetMaxStackSize(runtime, stack_size());
    JS_SetContextOpaque(context, words);
    JS_SetHostPromiseRejectionTracker(runtime, on_rejection, NULL);
    modules_install(runtime);
    loaded = JS_LoadModule(context, "", entry);
    if (JS_IsException(loaded)) fail(context);
    run_loop(context);
    if (JS_PromiseState(context, loaded) == JS_PROMISE_REJECTED) {
        print_error(context, JS_PromiseResult(context, loaded));
        return EXIT_UNCAUGHT;
    }
    return 0;
}
