import type { Pin } from "../../src/plan/source.ts";

export const GCC_VERSION = "14.2.0";

/** The compiler as Debian carries it: an archive in an archive, without the manuals whose licence Debian does not accept. */
export const gccSource: Pin = {
  name: "gcc",
  version: GCC_VERSION,
  archives: [
    {
      file: "gcc-14.2.0.tar.gz",
      sha256: "e162a5ef3f0077ecae598c6556908d2ab80841532df3398072a96a6df6e6aa29",
      size: 94299633,
      origins: [{ kind: "debian", pool: "main/g/gcc-14/gcc-14_14.2.0.orig.tar.gz" }],
      inner: "gcc-14-14.2.0/gcc-14.2.0-dfsg.tar.xz",
    },
  ],
};

/** Arithmetic of arbitrary size: GCC computes constants of the target with it. */
export const gmpSource: Pin = {
  name: "gmp",
  version: "6.3.0",
  archives: [
    {
      file: "gmp-6.3.0.tar.xz",
      sha256: "bd2966e6d277f79328e894a5a9f3ba3fbf2ed2be81def5f48623e30c23fb1572",
      size: 1870556,
      origins: [{ kind: "debian", pool: "main/g/gmp/gmp_6.3.0+dfsg.orig.tar.xz" }],
    },
  ],
};

/** Floating point of any precision, correctly rounded: GCC folds the target's constants with it. */
export const mpfrSource: Pin = {
  name: "mpfr",
  version: "4.2.2",
  archives: [
    {
      file: "mpfr-4.2.2.tar.xz",
      sha256: "b67ba0383ef7e8a8563734e2e889ef5ec3c3b898a01d00fa0a6869ad81c6ce01",
      size: 1505596,
      origins: [{ kind: "debian", pool: "main/m/mpfr4/mpfr4_4.2.2.orig.tar.xz" }],
    },
  ],
};

/** The same for complex numbers. */
export const mpcSource: Pin = {
  name: "mpc",
  version: "1.3.1",
  archives: [
    {
      file: "mpc-1.3.1.tar.gz",
      sha256: "ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8",
      size: 773573,
      origins: [{ kind: "debian", pool: "main/m/mpclib3/mpclib3_1.3.1.orig.tar.gz" }],
    },
  ],
};
