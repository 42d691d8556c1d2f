/**
 * The seed's compilers, for programs that are to run in any rootfs after it: statically linked. `--static`, since libtool
 * takes `-static` for a word to itself and drops it; GCC knows both.
 */
export const STATIC_SEED_COMPILERS = { CC: "gcc --static", CXX: "g++ --static" } as const;
