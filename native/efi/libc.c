/*
 * The C library functions that QuickJS needs on bare firmware, besides musl's mathematics and strings (which
 * are compiled too) and memory (../memory.c): formatted text, time, locks. Each function does only what
 * QuickJS needs.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "efi.h"

/* Text from numbers: %d %i %u %x %X %p %c %s %%, with `-` `0` `+`, width, precision, and l, ll, z, j. */

typedef struct {
    char *text;
    size_t room, length;
} Output;

typedef struct {
    int left, zero, width, precision, is_long;
    char plus;
} Format;

static void put(Output *output, char character) {
    if (output->length + 1 < output->room) output->text[output->length] = character;
    output->length++;
}

static void put_padded(Output *output, const Format *format, char sign, const char *text, size_t size) {
    int padding = format->width - (int)size - (sign != 0);
    const int zeros = format->zero && !format->left;

    if (sign != 0 && zeros) put(output, sign);
    if (!format->left)
        while (padding-- > 0) put(output, zeros ? '0' : ' ');
    if (sign != 0 && !zeros) put(output, sign);
    for (size_t i = 0; i < size; i++) put(output, text[i]);
    while (padding-- > 0) put(output, ' ');
}

static void put_number(Output *output, const Format *format, uint64_t number, char sign, unsigned base,
                       char ten) {
    char digits[32], *first = digits + sizeof digits, *const end = first;

    do {
        const unsigned digit = number % base;
        *--first = digit < 10 ? '0' + digit : ten + digit - 10;
        number /= base;
    } while (number != 0);
    while (first > digits && end - first < format->precision) *--first = '0';
    put_padded(output, format, sign, first, end - first);
}

static int read_number(const char **at, va_list *words) {
    int number = 0;

    if (**at == '*') {
        (*at)++;
        return va_arg(*words, int);
    }
    while (**at >= '0' && **at <= '9') number = number * 10 + *(*at)++ - '0';
    return number;
}

static Format read_format(const char **at, va_list *words) {
    Format format = {.precision = -1};

    for (; **at != 0 && strchr("-0+", **at); (*at)++) {
        if (**at == '-') format.left = 1;
        if (**at == '0') format.zero = 1;
        if (**at == '+') format.plus = '+';
    }
    format.width = read_number(at, words);
    if (**at == '.') {
        (*at)++;
        format.precision = read_number(at, words);
    }
    for (; **at == 'l' || **at == 'z' || **at == 'j'; (*at)++) format.is_long = 1; /* all have 64 bits here */
    return format;
}

static void put_conversion(Output *output, const char **at, va_list *words) {
    const Format format = read_format(at, words);
    const char kind = **at;

    if (kind == 'd' || kind == 'i') {
        const int64_t number = format.is_long ? va_arg(*words, long) : va_arg(*words, int);
        const uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
        put_number(output, &format, magnitude, number < 0 ? '-' : format.plus, 10, 'a');
    } else if (kind == 'u' || kind == 'x' || kind == 'X') {
        const uint64_t number = format.is_long ? va_arg(*words, unsigned long) : va_arg(*words, unsigned);
        put_number(output, &format, number, 0, kind == 'u' ? 10 : 16, kind == 'X' ? 'A' : 'a');
    } else if (kind == 'p') {
        put_number(output, &format, va_arg(*words, uintptr_t), 0, 16, 'a');
    } else if (kind == 's') {
        const char *text = va_arg(*words, const char *);
        if (text == NULL) text = "(null)";
        put_padded(output, &format, 0, text,
                   format.precision < 0 ? strlen(text) : strnlen(text, format.precision));
    } else if (kind == 'c') {
        const char character = va_arg(*words, int);
        put_padded(output, &format, 0, &character, 1);
    } else {
        put(output, '%');
        if (kind != '%') put(output, kind); /* a conversion that QuickJS does not use is printed literally */
    }
}

int vsnprintf(char *text, size_t room, const char *format, va_list words) {
    Output output = {text, room, 0};
    va_list copy;

    va_copy(copy, words);
    for (; *format != 0; format++) {
        if (*format != '%') {
            put(&output, *format);
            continue;
        }
        format++;
        put_conversion(&output, &format, &copy);
        if (*format == 0) break;
    }
    va_end(copy);
    if (room > 0) text[output.length < room ? output.length : room - 1] = 0;
    return output.length;
}

int snprintf(char *text, size_t room, const char *format, ...) {
    va_list words;
    int length;

    va_start(words, format);
    length = vsnprintf(text, room, format, words);
    va_end(words);
    return length;
}

int sprintf(char *text, const char *format, ...) {
    va_list words;
    int length;

    va_start(words, format);
    length = vsnprintf(text, SIZE_MAX / 2, format, words);
    va_end(words);
    return length;
}

/* All output goes to the console; one call prints at most this much. */
enum { LONGEST_LINE = 4096 };

static int print(const char *format, va_list words) {
    char text[LONGEST_LINE];
    const int length = vsnprintf(text, sizeof text, format, words);

    efi_write(text, strlen(text));
    return length;
}

#undef stdout
#undef stderr
FILE *const stdout, *const stderr;

int printf(const char *format, ...) {
    va_list words;
    int length;

    va_start(words, format);
    length = print(format, words);
    va_end(words);
    return length;
}

int fprintf(FILE *file, const char *format, ...) {
    va_list words;
    int length;

    (void)file;
    va_start(words, format);
    length = print(format, words);
    va_end(words);
    return length;
}

int fputc(int character, FILE *file) {
    const char text = character;

    (void)file;
    efi_write(&text, 1);
    return character;
}

int putchar(int character) {
    return fputc(character, stdout);
}

int puts(const char *text) {
    efi_write(text, strlen(text));
    return putchar('\n');
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
    (void)file;
    efi_write(bytes, size * count);
    return count;
}

/* Ways to end. */

_Noreturn void exit(int code) {
    efi_exit(code);
}

_Noreturn void abort(void) {
    puts("bq2: abort()");
    efi_exit(1);
}

_Noreturn void __assert_fail(const char *expression, const char *file, int line, const char *function) {
    (void)function;
    printf("bq2: %s:%d: assertion failed: %s\n", file, line, expression);
    efi_exit(1);
}

/* Time. */

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    now->tv_sec = efi_time();
    now->tv_usec = 0;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    (void)clock;
    now->tv_sec = efi_time();
    now->tv_nsec = 0;
    return 0;
}

struct tm *localtime_r(const time_t *restrict time, struct tm *restrict parts) {
    (void)time;
    return memset(parts, 0, sizeof *parts); /* UTC: QuickJS uses only the offset */
}

/* There is one thread, so locks are always free. Only Atomics.wait would wait, and the engine refuses it. */

int pthread_mutex_lock(pthread_mutex_t *mutex) {
    (void)mutex;
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
    (void)mutex;
    return 0;
}

int pthread_cond_init(pthread_cond_t *restrict condition, const pthread_condattr_t *restrict attributes) {
    (void)condition, (void)attributes;
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition) {
    (void)condition;
    return 0;
}

int pthread_cond_signal(pthread_cond_t *condition) {
    (void)condition;
    return 0;
}

int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex) {
    (void)condition, (void)mutex;
    abort();
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    (void)condition, (void)mutex, (void)until;
    abort();
}

/* Other functions. */

int abs(int number) {
    return number < 0 ? -number : number;
}

char *strcpy(char *restrict to, const char *restrict from) {
    return memcpy(to, from, strlen(from) + 1);
}

int *__errno_location(void) {
    static int number;
    return &number;
}

int *___errno_location(void) {
    return __errno_location();
}

/* 128-bit division for the compiler. libgcc's may use the red zone, which interrupts overwrite here. */

typedef unsigned __int128 Wide;

static Wide divide(Wide number, Wide by, Wide *rest) {
    Wide quotient = 0, left = 0;

    for (int bit = 127; bit >= 0; bit--) {
        left = left << 1 | (number >> bit & 1);
        if (left < by) continue;
        left -= by;
        quotient |= (Wide)1 << bit;
    }
    *rest = left;
    return quotient;
}

Wide __udivti3(Wide number, Wide by) {
    Wide rest;
    return divide(number, by, &rest);
}

Wide __umodti3(Wide number, Wide by) {
    Wide rest;
    divide(number, by, &rest);
    return rest;
}

Wide __udivmodti4(Wide number, Wide by, Wide *rest) {
    Wide left, quotient = divide(number, by, &left);
    if (rest != NULL) *rest = left;
    return quotient;
}
