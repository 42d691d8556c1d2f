import { debian, pin } from "../pin.ts";

/** A long-term release, as Debian publishes it. */
export const linuxSource = pin("linux", "6.12.38", (version) => ({
  file: `linux-${version}.tar.xz`,
  sha256: "8c89ced59bbd40280ddbe51e50114e2cf7b665104e16116949bd205c17371c0d",
  size: 151129260,
  origins: [debian(`main/l/linux/linux_${version}.orig.tar.xz`)],
}));
