/* UEFI as far as C needs it: UEFI 2.10. Everything else is reached from TypeScript (src/efi/). */
#ifndef BQ2_EFI_H
#define BQ2_EFI_H

#include <stddef.h>
#include <stdint.h>

/* Section 2.3: the firmware's calling convention. */
#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

/* Appendix D. */
#define EFI_OUT_OF_RESOURCES 0x8000000000000009u
#define EFI_DEVICE_ERROR 0x8000000000000007u

enum { MAX_WORDS = 12 };

/* Calls a function of the firmware's. Words that it does not take do no harm, in both conventions. */
uint64_t efi_call(uint64_t function, const uint64_t words[MAX_WORDS]);

/* Text (UTF-8) on the firmware's console. */
void efi_write(const char *text, size_t size);
/* Seconds since 1970, by the firmware's clock. */
int64_t efi_time(void);
/* Ends the application, with `code` as its status where that is not 0. */
_Noreturn void efi_exit(int code);

#endif
