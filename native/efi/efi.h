/* The part of UEFI (2.10) that C needs. TypeScript calls everything else (src/efi/). */
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

/* Calls a firmware function. Both calling conventions ignore surplus words. */
uint64_t efi_call(uint64_t function, const uint64_t words[MAX_WORDS]);

/* Writes text (UTF-8) on the firmware's console. */
void efi_write(const char *text, size_t size);
/* Seconds since 1970 by the firmware's clock; 0 if it cannot be read. */
int64_t efi_time(void);
/* Ends the application: with success if `code` is 0, else with EFI_DEVICE_ERROR. */
_Noreturn void efi_exit(int code);

#endif
