import type { Package } from "../../src/recipe/package.ts";
import { libraryFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";

/** liblzma's decoders of .xz files, below src/liblzma: LZMA2, and the filters that upstreams use. */
const SOURCES = [
  ...["block_decoder", "block_header_decoder", "block_util", "common", "filter_common", "filter_decoder"].map(
    common,
  ),
  ...["filter_flags_decoder", "index_hash", "stream_decoder", "stream_flags_common"].map(common),
  ...["stream_flags_decoder", "vli_decoder", "vli_size"].map(common),
  "check/check.c",
  "check/crc32_fast.c",
  "check/crc64_fast.c",
  "check/sha256.c",
  "delta/delta_common.c",
  "delta/delta_decoder.c",
  "lz/lz_decoder.c",
  "lzma/lzma2_decoder.c",
  "lzma/lzma_decoder.c",
  "simple/arm64.c",
  "simple/simple_coder.c",
  "simple/simple_decoder.c",
  "simple/x86.c",
];

function common(name: string): string {
  return `common/${name}.c`;
}

/**
 * What upstream's configure finds on any 64-bit Linux with GCC, and which parts of the library are wanted.
 */
const DEFINES = [
  ...["HAVE_STDBOOL_H", "HAVE_STDINT_H", "HAVE_INTTYPES_H", "HAVE_STRING_H", "HAVE___BUILTIN_BSWAPXX"],
  "SIZEOF_SIZE_T=8",
  "HAVE_VISIBILITY=0",
  "TUKLIB_SYMBOL_PREFIX=lzma_",
  "TUKLIB_FAST_UNALIGNED_ACCESS",
  ...["HAVE_CHECK_CRC32", "HAVE_CHECK_CRC64", "HAVE_CHECK_SHA256"],
  ...["HAVE_DECODERS", "HAVE_DECODER_LZMA1", "HAVE_DECODER_LZMA2", "HAVE_DECODER_DELTA"],
  ...["HAVE_DECODER_X86", "HAVE_DECODER_ARM64"],
];

const INCLUDES = ["api", "check", "common", "delta", "lz", "lzma", "rangecoder", "simple"];

/** api/lzma.h includes these. */
const HEADERS = [
  ...["base", "bcj", "block", "check", "container", "delta", "filter", "hardware", "index", "index_hash"],
  ...["lzma12", "stream_flags", "version", "vli"],
].map((name) => `lzma/${name}.h`);

const source = pin("xz", "5.8.1", (version) => ({
  file: `xz-${version}.tar.xz`,
  sha256: "0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e",
  size: 1461872,
  origins: [debian(`main/x/xz-utils/xz-utils_${version}.orig.tar.xz`)],
}));

export const xz: Package = {
  name: "xz",
  why: "xz for the runtime: most sources are published as .tar.xz",
  license: "0BSD",
  version: source.version,
  source,
  needs: [crossTools, musl],
  build(place) {
    const library = `${place.source}/src/liblzma`;
    return libraryFromList(place, {
      name: "lzma",
      flags: [
        "-O2",
        "-std=gnu99",
        ...DEFINES.map((define) => `-D${define}`),
        ...INCLUDES.map((folder) => `-I${library}/${folder}`),
        `-I${place.source}/src/common`,
      ],
      sources: SOURCES.map((path) => `src/liblzma/${path}`),
      headers: ["lzma.h", ...HEADERS].map((name) => ({ from: `src/liblzma/api/${name}`, to: name })),
    });
  },
};
