/*
 * The executable: finds its program and runs the program's module `main`. Without a program it runs the
 * JavaScript module that its first argument names.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux.h"

#define ENTRY "main"

enum {
    EXIT_NO_PROGRAM = 2,
    STACK_RESERVE = 512 * 1024,         /* for C code beyond JavaScript's limit */
    LARGEST_STACK = 64 * 1024 * 1024,   /* a larger limit counts as "unlimited" */
    FIRST_COLLECTION = 2 * 1024 * 1024, /* bytes: a short command ends without collecting garbage */
};

static volatile sig_atomic_t is_interrupted;

/* SIGINT while JavaScript runs. */

static void on_interrupt(int signal) {
    (void)signal;
    is_interrupted = 1;
}

static int should_stop(JSRuntime *runtime, void *unused) {
    (void)runtime, (void)unused;
    if (!is_interrupted || engine_is_waiting) return 0;
    is_interrupted = 0; /* stop once: the code that runs next reports it */
    return 1;
}

static JSValue set_interruptible(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    const int on = JS_ToBool(context, words[0]);
    struct sigaction action = {.sa_handler = on ? on_interrupt : SIG_DFL}; /* no SA_RESTART: ends waits too */

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

const JSCFunctionListEntry interrupt_functions[] = {
    JS_CFUNC_DEF("setInterruptible", 1, set_interruptible),
    JS_CFUNC_DEF("takeInterrupt", 0, take_interrupt),
};
const int interrupt_function_count = sizeof interrupt_functions / sizeof *interrupt_functions;

/* JavaScript may use the main thread's stack, less a reserve. */
static size_t stack_size(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur > LARGEST_STACK) return LARGEST_STACK / 8;
    return limit.rlim_cur > 2 * STACK_RESERVE ? limit.rlim_cur - STACK_RESERVE : limit.rlim_cur / 2;
}

/*
 * The kernel ends a program, without a word, when there is no address space for its stack to grow into. So
 * part of the stack is claimed early, while the program can still report that there is none. Pages that are
 * not used cost no memory.
 */
static __attribute__((noinline)) void touch_stack(void) {
    volatile char deepest[STACK_RESERVE];

    deepest[0] = 0;
}

static int claim_stack(void) {
    void *room = native_take_pages(STACK_RESERVE);

    if (room == NULL) return 0;
    native_give_pages(room, STACK_RESERVE);
    touch_stack();
    return 1;
}

/* Our own file: through /proc if it is mounted, or else (early in process 1) the path given to execve(2). */
static int add_own_program(void) {
    const char *own = "/proc/self/exe", *problem;
    int added;

    if (access(own, R_OK) < 0) own = (const char *)getauxval(AT_EXECFN);
    added = program_map(own, &problem);
    if (added >= 0) return added;
    fprintf(stderr, "bq2: Cannot start: %s: %s\n", own, problem);
    exit(EXIT_NO_PROGRAM);
}

int main(int count, char **words) {
    const int has_program = add_own_program();
    const char *entry = has_program ? ENTRY : words[1];
    JSRuntime *runtime = claim_stack() ? JS_NewRuntime() : NULL;
    JSContext *context = runtime == NULL ? NULL : JS_NewContext(runtime);

    if (context == NULL) {
        fprintf(stderr, "bq2: Cannot start: no memory is left\n");
        return EXIT_UNCAUGHT;
    }
    if (!has_program && count < 2) {
        fprintf(stderr,
                "bq2: Cannot start: this runtime has no program (usage: %s MODULE.js [ARGUMENT]...)\n",
                words[0]);
        return EXIT_NO_PROGRAM;
    }
    JS_SetGCThreshold(runtime, FIRST_COLLECTION);
    JS_SetContextOpaque(context, words);
    modules_install(runtime, stack_size());
    return engine_run(context, entry);
}
