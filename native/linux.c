/* Linux besides system calls: program and module files, pages, arguments, environment. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux.h"

enum { FIRST_READ = 64 << 10 };

/* Whether something follows the executable in these bytes. Linkers put its section headers last. */
static int has_tail(const uint8_t *file, size_t size) {
    Elf64_Ehdr head;

    if (size < sizeof head || memcmp(file, ELFMAG, SELFMAG)) return 0;
    memcpy(&head, file, sizeof head);
    return size > head.e_shoff + (uint64_t)head.e_shnum * head.e_shentsize;
}

int program_map(const char *path, const char **problem) {
    struct stat status;
    void *file;
    int added, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *problem = "it cannot be read";
    if (fd < 0) return -1;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
        close(fd);
        return 0;
    }
    file = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (file == MAP_FAILED) {
        *problem = "no memory is left";
        return -1;
    }
    added = program_add(file, status.st_size, problem);
    if (added == 0 && has_tail(file, status.st_size)) {
        *problem = DAMAGED("its end is missing");
        added = -1;
    }
    if (added != 1) munmap(file, status.st_size);
    return added;
}

void *native_take_pages(size_t size) {
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED ? NULL : pages;
}

void native_give_pages(void *pages, size_t size) {
    munmap(pages, size);
}

/* Reads to the end: stat(2) gives size 0 for files of /proc. NULL: errno is set, or no memory is left. */
static char *read_to_end(JSContext *context, int fd, size_t *size) {
    size_t room = 0;
    ssize_t length = -1;
    char *text = NULL, *more;

    *size = 0;
    do {
        if (room - *size < 2) {
            more = js_realloc(context, text, room = room == 0 ? FIRST_READ : 2 * room);
            if (more == NULL) break;
            text = more;
        }
        length = read(fd, text + *size, room - *size - 1);
        if (length > 0) *size += length;
    } while (length > 0);
    if (length == 0) {
        text[*size] = 0;
        return text;
    }
    js_free(context, text);
    return NULL;
}

char *native_read_file(JSContext *context, const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = fd < 0 ? NULL : read_to_end(context, fd, size);

    if (text == NULL && !JS_HasException(context))
        JS_ThrowReferenceError(context, "Cannot read %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return text;
}

static JSValue add_program(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    size_t size;
    const char *problem, *path = JS_ToCStringLen(context, &size, words[0]);
    int added;

    (void)this, (void)count;
    if (path == NULL) return JS_EXCEPTION;
    if (strlen(path) != size) {
        JS_FreeCString(context, path);
        return JS_ThrowTypeError(context, "addProgram: the path contains a NUL");
    }
    added = program_map(path, &problem);
    if (added != 1)
        JS_ThrowTypeError(context, "Cannot use %s: %s", path, added < 0 ? problem : "it has no program section");
    JS_FreeCString(context, path);
    return added == 1 ? JS_UNDEFINED : JS_EXCEPTION;
}

/* NULL-terminated words as an array of Uint8Array, since they need not be UTF-8. */
static JSValue byte_arrays(JSContext *context, char **words) {
    JSValue list = JS_NewArray(context);

    for (uint32_t i = 0; words[i] != NULL; i++) {
        JSValue buffer = JS_NewArrayBufferCopy(context, (const uint8_t *)words[i], strlen(words[i]));
        JSValueConst whole[] = {buffer, JS_UNDEFINED, JS_UNDEFINED};
        JS_SetPropertyUint32(context, list, i, JS_NewTypedArray(context, 3, whole, JS_TYPED_ARRAY_UINT8));
        JS_FreeValue(context, buffer);
    }
    return list;
}

extern char **environ;

static int set_exports(JSContext *context, JSModuleDef *module) {
    char **arguments = JS_GetContextOpaque(context);

    if (bulk_add_class(context) < 0) return -1;
    JS_SetModuleExportList(context, module, syscall_functions, syscall_function_count);
    JS_SetModuleExportList(context, module, bulk_functions, bulk_function_count);
    JS_SetModuleExportList(context, module, digest_functions, digest_function_count);
    JS_SetModuleExportList(context, module, evaluate_functions, evaluate_function_count);
    JS_SetModuleExportList(context, module, module_functions, module_function_count);
    JS_SetModuleExportList(context, module, linux_functions, linux_function_count);
    JS_SetModuleExportList(context, module, engine_functions, engine_function_count);
    JS_SetModuleExportList(context, module, interrupt_functions, interrupt_function_count);
    JS_SetModuleExport(context, module, "programArguments", byte_arrays(context, arguments));
    JS_SetModuleExport(context, module, "programEnvironment", byte_arrays(context, environ));
    return 0;
}

const char native_module_name[] = "bq2:native";

JSModuleDef *native_make_module(JSContext *context) {
    JSModuleDef *module = JS_NewCModule(context, native_module_name, set_exports);

    if (module == NULL) return NULL;
    JS_AddModuleExportList(context, module, syscall_functions, syscall_function_count);
    JS_AddModuleExportList(context, module, bulk_functions, bulk_function_count);
    JS_AddModuleExportList(context, module, digest_functions, digest_function_count);
    JS_AddModuleExportList(context, module, evaluate_functions, evaluate_function_count);
    JS_AddModuleExportList(context, module, module_functions, module_function_count);
    JS_AddModuleExportList(context, module, linux_functions, linux_function_count);
    JS_AddModuleExportList(context, module, engine_functions, engine_function_count);
    JS_AddModuleExportList(context, module, interrupt_functions, interrupt_function_count);
    JS_AddModuleExport(context, module, "programArguments");
    JS_AddModuleExport(context, module, "programEnvironment");
    return module;
}

const JSCFunctionListEntry linux_functions[] = {
    JS_CFUNC_DEF("addProgram", 1, add_program),
};
const int linux_function_count = sizeof linux_functions / sizeof *linux_functions;
