import type { Pin } from "../../src/plan/source.ts";

export const LINUX_VERSION = "6.12.38";

/** Linux 6.12, a long-term release, as Debian carries it. */
export const linuxSource: Pin = {
  name: "linux",
  version: LINUX_VERSION,
  archives: [
    {
      file: "linux-6.12.38.tar.xz",
      sha256: "8c89ced59bbd40280ddbe51e50114e2cf7b665104e16116949bd205c17371c0d",
      size: 151129260,
      origins: [{ kind: "debian", pool: "main/l/linux/linux_6.12.38.orig.tar.xz" }],
    },
  ],
};
