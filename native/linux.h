/* The runtime on Linux: what its files share besides native.h. */
#ifndef BQ2_LINUX_H
#define BQ2_LINUX_H

#include "native.h"

/* Maps the program at the end of `path`: see program_add. */
int program_map(const char *path, const char **problem);

extern const JSCFunctionListEntry syscall_functions[], bulk_functions[], linux_functions[];
extern const JSCFunctionListEntry interrupt_functions[];
extern const int syscall_function_count, bulk_function_count, linux_function_count, interrupt_function_count;
/* Adds the class of decompressors. -1: an exception is pending. */
int bulk_add_class(JSContext *context);

#endif
