/*
 * The parts of the runtime, and what they share. The runtime is QuickJS, the module `bq2:native` (described for
 * TypeScript in src/platform/quickjs-native.d.ts) and a program: bytecode appended to the executable.
 */
#ifndef BQ2_NATIVE_H
#define BQ2_NATIVE_H

#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

#define NATIVE_MODULE "bq2:native"

/* program.c: program files (src/program/format.ts writes them). */

/* Maps the program at the end of `path`. 1: added; 0: the file has none; -1: *problem says what is wrong. */
int program_add(const char *path, const char **problem);
/* Bytecode of the module `name`, newest program first, or NULL. */
const uint8_t *program_find(const char *name, size_t *size);

/* modules.c: how imports are found. */

void modules_install(JSRuntime *runtime);
/* What a file holds, with a NUL behind it; js_free it. NULL: an exception is pending. */
char *modules_read_file(JSContext *context, const char *path, size_t *size);

/* Bytes of a Uint8Array. NULL: an exception is pending. Never NULL for an empty array. */
uint8_t *bytes_of(JSContext *context, JSValueConst value, size_t *size);

/* Each adds its functions to the module: called once to name them, once to set them. */
extern const JSCFunctionListEntry syscall_functions[], bulk_functions[], module_functions[], engine_functions[];
extern const int syscall_function_count, bulk_function_count, module_function_count, engine_function_count;
/* The class of running decompressors. -1: an exception is pending. */
int bulk_add_class(JSContext *context);

#endif
