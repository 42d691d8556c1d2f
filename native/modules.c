/*
 * How imports are found. The runtime makes the module of primitives. A relative name is a module of a
 * program. An absolute name is a file, which TypeScript's hooks find and read (`setModuleHooks`), or the
 * runtime if they decline.
 */
#include <stdio.h>
#include <string.h>

#include "native.h"

/* Not functions until `setModuleHooks` sets them. */
static JSValue resolve_hook, read_hook;

/* Resolves `./` and `../` from the folder of `importer`; leaves any other name alone. */
static char *join(JSContext *context, const char *importer, const char *specifier) {
    size_t folder = strrchr(importer, '/') == NULL ? 0 : (size_t)(strrchr(importer, '/') - importer);
    char *name;

    if (specifier[0] != '.') return js_strdup(context, specifier);
    for (;;) {
        if (!strncmp(specifier, "./", 2)) {
            specifier += 2;
        } else if (!strncmp(specifier, "../", 3) && folder > 0) {
            specifier += 3;
            while (folder > 0 && importer[--folder] != '/') continue;
        } else {
            break;
        }
    }
    name = js_malloc(context, folder + strlen(specifier) + 2);
    if (name == NULL) return NULL;
    memcpy(name, importer, folder);
    sprintf(name + folder, "%s%s", folder > 0 || importer[0] == '/' ? "/" : "", specifier);
    return name;
}

/* A hook's answer as text; js_free it. NULL: an exception is pending, or the answer was null. */
static char *call_hook(JSContext *context, JSValueConst hook, int count, const char **words, size_t *size) {
    JSValue values[2] = {JS_UNDEFINED, JS_UNDEFINED}, answer;
    const char *text;
    char *copy = NULL;

    for (int i = 0; i < count; i++) values[i] = JS_NewString(context, words[i]);
    answer = JS_Call(context, hook, JS_UNDEFINED, count, (JSValueConst *)values);
    for (int i = 0; i < count; i++) JS_FreeValue(context, values[i]);
    text = JS_IsException(answer) || JS_IsNull(answer) ? NULL : JS_ToCStringLen(context, size, answer);
    JS_FreeValue(context, answer);
    if (text == NULL) return NULL;
    copy = js_malloc(context, *size + 1);
    if (copy != NULL) memcpy(copy, text, *size + 1);
    JS_FreeCString(context, text);
    return copy;
}

static char *normalize(JSContext *context, const char *importer, const char *specifier, void *unused) {
    const char *words[] = {importer, specifier};
    size_t size;

    (void)unused;
    if (!strcmp(specifier, native_module_name)) return js_strdup(context, specifier);
    if (importer[0] != '/' || !JS_IsObject(resolve_hook)) return join(context, importer, specifier);
    return call_hook(context, resolve_hook, 2, words, &size);
}

static JSModuleDef *module_of(JSContext *context, JSValue code, const char *name) {
    JSModuleDef *module;
    JSValue meta;

    if (JS_IsException(code)) return NULL;
    module = JS_VALUE_GET_PTR(code);
    meta = JS_GetImportMeta(context, module);
    JS_DefinePropertyValueStr(context, meta, "url", JS_NewString(context, name), JS_PROP_C_W_E);
    JS_FreeValue(context, meta);
    JS_FreeValue(context, code); /* the context keeps the module */
    return module;
}

static JSModuleDef *load(JSContext *context, const char *name, void *unused) {
    size_t size;
    uint8_t *code;
    char *text = NULL;
    JSValue module;

    (void)unused;
    if (!strcmp(name, native_module_name)) return native_make_module(context);
    code = program_read(context, name, &size);
    if (code != NULL) {
        module = JS_ReadObject(context, code, size, JS_READ_OBJ_BYTECODE);
        js_free(context, code);
        return module_of(context, module, name);
    }
    if (JS_HasException(context)) return NULL;
    if (JS_IsObject(read_hook)) text = call_hook(context, read_hook, 1, &name, &size);
    if (text == NULL && !JS_HasException(context)) text = native_read_file(context, name, &size);
    if (text == NULL) return NULL;
    module = JS_Eval(context, text, size, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    js_free(context, text);
    return module_of(context, module, name);
}

static const char *stack_end; /* the lowest address that may be used */

void modules_install(JSRuntime *runtime, size_t stack_size) {
    stack_end = (const char *)__builtin_frame_address(0) - stack_size;
    JS_SetMaxStackSize(runtime, stack_size);
    JS_SetModuleLoaderFunc(runtime, normalize, load, NULL);
}

static JSValue set_module_hooks(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    (void)this, (void)count;
    if (!JS_IsFunction(context, words[0]) || !JS_IsFunction(context, words[1]))
        return JS_ThrowTypeError(context, "setModuleHooks: two functions are wanted");
    JS_FreeValue(context, resolve_hook);
    JS_FreeValue(context, read_hook);
    resolve_hook = JS_DupValue(context, words[0]);
    read_hook = JS_DupValue(context, words[1]);
    return JS_UNDEFINED;
}

/* While compiling, imports stay unresolved: they are found when the bytecode is loaded. */
static int set_nothing(JSContext *context, JSModuleDef *module) {
    (void)context, (void)module;
    return 0;
}

static JSModuleDef *load_nothing(JSContext *context, const char *name, void *unused) {
    (void)unused;
    return JS_NewCModule(context, name, set_nothing);
}

/* Throws in `context` what is pending in another runtime. */
static void pass_exception(JSContext *from, JSContext *context) {
    JSValue error = JS_GetException(from), stack = JS_GetPropertyStr(from, error, "stack");
    JSValue text = JS_GetPropertyStr(from, error, "message");
    const char *message = JS_ToCString(from, text), *where = JS_ToCString(from, stack);

    JS_ThrowSyntaxError(context, "%s\n%s", message == NULL ? "" : message, where == NULL ? "" : where);
    JS_FreeCString(from, message);
    JS_FreeCString(from, where);
    JS_FreeValue(from, text);
    JS_FreeValue(from, stack);
    JS_FreeValue(from, error);
}

/* Every module gets its own runtime, so that its bytecode depends on its source and name alone. */
static JSValue compile(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    size_t source_size, code_size;
    const char *source = JS_ToCStringLen(context, &source_size, words[0]);
    const char *name = JS_ToCString(context, words[1]);
    const char *here = __builtin_frame_address(0);
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *compiler = runtime == NULL ? NULL : JS_NewContext(runtime);
    JSValue module = JS_EXCEPTION, result = JS_EXCEPTION;
    uint8_t *code = NULL;

    (void)this, (void)count;
    if (compiler == NULL) JS_ThrowOutOfMemory(context);
    if (source != NULL && name != NULL && compiler != NULL) {
        /* The limit counts from here; 0 would be no limit. */
        JS_SetMaxStackSize(runtime, here > stack_end ? here - stack_end : 1);
        JS_SetStripInfo(runtime, JS_STRIP_SOURCE);
        JS_SetModuleLoaderFunc(runtime, NULL, load_nothing, NULL);
        module =
            JS_Eval(compiler, source, source_size, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
        if (!JS_IsException(module))
            code = JS_WriteObject(compiler, &code_size, module, JS_WRITE_OBJ_BYTECODE);
        if (code != NULL) result = JS_NewArrayBufferCopy(context, code, code_size);
        else pass_exception(compiler, context);
        js_free(compiler, code);
        JS_FreeValue(compiler, module);
    }
    if (compiler != NULL) JS_FreeContext(compiler);
    if (runtime != NULL) JS_FreeRuntime(runtime);
    JS_FreeCString(context, source);
    JS_FreeCString(context, name);
    return result;
}

static JSValue evaluate(JSContext *context, JSValueConst this, int count, JSValueConst *words) {
    size_t size;
    const char *source = JS_ToCStringLen(context, &size, words[0]), *name = JS_ToCString(context, words[1]);
    JSValue result = JS_EXCEPTION;

    (void)this, (void)count;
    if (source != NULL && name != NULL)
        result = JS_Eval(context, source, size, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC);
    JS_FreeCString(context, source);
    JS_FreeCString(context, name);
    return result;
}

const JSCFunctionListEntry evaluate_functions[] = {
    JS_CFUNC_DEF("evaluate", 2, evaluate),
};
const int evaluate_function_count = sizeof evaluate_functions / sizeof *evaluate_functions;

const JSCFunctionListEntry module_functions[] = {
    JS_CFUNC_DEF("setModuleHooks", 2, set_module_hooks),
    JS_CFUNC_DEF("compile", 2, compile),
};
const int module_function_count = sizeof module_functions / sizeof *module_functions;
