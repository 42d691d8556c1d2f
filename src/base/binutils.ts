/** The programs of binutils that builds call. */
export const BINUTILS = [
  "addr2line",
  "ar",
  "as",
  "ld",
  "nm",
  "objcopy",
  "objdump",
  "ranlib",
  "readelf",
  "size",
  "strings",
  "strip",
];
