/*
 * The parts that every runtime has, and what they want of it. A runtime is QuickJS, a module of
 * primitives (`bq2:native` on Linux, `bq2:firmware` on UEFI) and a program: bytecode behind the executable.
 */
#ifndef BQ2_NATIVE_H
#define BQ2_NATIVE_H

#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* program.c: program files (src/formats/program.ts writes them). */

/* Why a program is refused. */
#define DAMAGED(what) "its program section is damaged (" what ") (hint: install it again)"

/* Takes the program at the end of these bytes, which must stay. 1: added; 0: there is none; -1: *problem says why. */
int program_add(const uint8_t *file, size_t file_size, const char **problem);
/* Bytecode of the module `name`, newest program first; js_free it. NULL: there is none, or an exception is pending. */
uint8_t *program_read(JSContext *context, const char *name, size_t *size);

/* modules.c: how imports are found. */

/* `stack_size`: C stack that may be used from here on, by what `compile` compiles too. */
void modules_install(JSRuntime *runtime, size_t stack_size);
extern const JSCFunctionListEntry evaluate_functions[];
extern const int evaluate_function_count;
/* For a runtime that takes modules which are in no program: their files, and bytecode of them. */
extern const JSCFunctionListEntry module_functions[];
extern const int module_function_count;

/* engine.c: runs the module `entry` and all that comes of it; gives the exit code. */

enum { EXIT_UNCAUGHT = 1 };

int engine_run(JSContext *context, const char *entry);
/* True within the hook of setIdle: what runs there is the event loop, not the program. */
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

/* What each runtime has for these. */

/* The module of primitives, and what imports call it. */
extern const char native_module_name[];
JSModuleDef *native_make_module(JSContext *context);
/* Pages for memory.c, not cleared; `size` is that of whole ones of 4 KiB. NULL: none are left. */
void *native_take_pages(size_t size);
void native_give_pages(void *pages, size_t size);
/* What a file holds, with a NUL behind it; js_free it. NULL: an exception is pending. */
char *native_read_file(JSContext *context, const char *path, size_t *size);

#endif
