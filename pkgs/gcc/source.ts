/** The releases that the compiler is built from. */
import { debian, pin } from "../pin.ts";

/**
 * The compiler as Debian publishes it: an archive within an archive, without the manuals, whose licence
 * Debian does not accept. Debian names its packages after the major version.
 */
export const gccSource = pin("gcc", "14.2.0", (version) => {
  const debianName = `gcc-${version.split(".")[0]}`;
  return {
    file: `gcc-${version}.tar.gz`,
    sha256: "e162a5ef3f0077ecae598c6556908d2ab80841532df3398072a96a6df6e6aa29",
    size: 94299633,
    origins: [debian(`main/g/${debianName}/${debianName}_${version}.orig.tar.gz`)],
    inner: `${debianName}-${version}/gcc-${version}-dfsg.tar.xz`,
  };
});

/** Names folders of an installed GCC. */
export const GCC_VERSION = gccSource.version;

/** Integers and fractions of any size: GCC computes constants of the target with it. */
export const gmpSource = pin("gmp", "6.3.0", (version) => ({
  file: `gmp-${version}.tar.xz`,
  sha256: "bd2966e6d277f79328e894a5a9f3ba3fbf2ed2be81def5f48623e30c23fb1572",
  size: 1870556,
  origins: [debian(`main/g/gmp/gmp_${version}+dfsg.orig.tar.xz`)],
}));

/** Floating-point numbers of any precision, correctly rounded: GCC folds the target's constants with it. */
export const mpfrSource = pin("mpfr", "4.2.2", (version) => ({
  file: `mpfr-${version}.tar.xz`,
  sha256: "b67ba0383ef7e8a8563734e2e889ef5ec3c3b898a01d00fa0a6869ad81c6ce01",
  size: 1505596,
  origins: [debian(`main/m/mpfr4/mpfr4_${version}.orig.tar.xz`)],
}));

/** The same for complex numbers. */
export const mpcSource = pin("mpc", "1.3.1", (version) => ({
  file: `mpc-${version}.tar.gz`,
  sha256: "ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8",
  size: 773573,
  origins: [debian(`main/m/mpclib3/mpclib3_${version}.orig.tar.gz`)],
}));
