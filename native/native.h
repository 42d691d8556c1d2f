/*
 * The parts that every runtime shares, and what each runtime provides for them. A runtime is QuickJS, a
 * module of primitives (`bq2:native` on Linux, `bq2:firmware` on UEFI) and a program: bytecode after the
 * executable.
 */
#ifndef BQ2_NATIVE_H
#define BQ2_NATIVE_H

#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* program.c: program files (src/formats/program.ts writes them). */

/* Why a program is refused. */
#define DAMAGED(what) "its program section is damaged (" what ") (hint: install it again)"

/*
 * Adds the program at the end of these bytes, which must stay in memory. 1: added; 0: there is none;
 * -1: refused, and *problem says why.
 */
int program_add(const uint8_t *file, size_t file_size, const char **problem);
/* Bytecode of the module `name`, newest program first; js_free it. NULL: none, or an exception is pending. */
uint8_t *program_read(JSContext *context, const char *name, size_t *size);

/* modules.c: how imports are found. */

/* `stack_size`: bytes of C stack that may be used from here on, also by `compile`. */
void modules_install(JSRuntime *runtime, size_t stack_size);
extern const JSCFunctionListEntry evaluate_functions[];
extern const int evaluate_function_count;
/* For a runtime that loads modules from files, and compiles them to bytecode. */
extern const JSCFunctionListEntry module_functions[];
extern const int module_function_count;

/* engine.c: the entry module and the event loop. */

enum { EXIT_UNCAUGHT = 1 };

/* Runs the module `entry` until no job and no event is left; returns the exit code. */
int engine_run(JSContext *context, const char *entry);
/* True within setIdle's hook: the event loop runs, not the program. */
extern int engine_is_waiting;
/* Shows the pending exception, with its stack, and clears it. */
void engine_report(JSContext *context);
extern const JSCFunctionListEntry engine_functions[];
extern const int engine_function_count;

/* digest.c */
extern const JSCFunctionListEntry digest_functions[];
extern const int digest_function_count;

/* Bytes of a typed array. NULL: an exception is pending. Never NULL for an empty array. */
uint8_t *bytes_of(JSContext *context, JSValueConst value, size_t *size);

/* memory.c: from now on a small reserve serves when no memory is left. An error report needs some. */
void memory_open_reserve(void);

/* What each runtime provides for them. */

/* The module of primitives, and the name that imports use. */
extern const char native_module_name[];
JSModuleDef *native_make_module(JSContext *context);
/* Pages for memory.c, not cleared; `size` is a multiple of 4 KiB. NULL: none are left. */
void *native_take_pages(size_t size);
void native_give_pages(void *pages, size_t size);
/* A file's content, followed by a NUL; js_free it. NULL: an exception is pending. */
char *native_read_file(JSContext *context, const char *path, size_t *size);

#endif
