/**
 * The limit of open descriptors. It is usually 1,024, for programs that use select(2). This program waits by
 * epoll(7), and many children have many pipes.
 */
import { RLIMIT_NOFILE } from "../linux-abi.ts";
import { call, rawCall } from "./call.ts";

/** include/uapi/linux/resource.h: struct rlimit64, the soft limit and the hard limit. */
const usual = new BigUint64Array(2);
let isRaised = false;

/** Raises the limit as far as the kernel allows, once. Throws {@link SystemError}. */
export function raiseDescriptorLimit(): void {
  if (isRaised) return;
  call("ask", "the limit of descriptors", "prlimit64", 0, RLIMIT_NOFILE, null, new Uint8Array(usual.buffer));
  const most = usual[1] ?? 0n;
  const raised = new Uint8Array(BigUint64Array.of(most, most).buffer);
  call("raise", "the limit of descriptors", "prlimit64", 0, RLIMIT_NOFILE, raised, null);
  isRaised = true;
}

/** Restores the original limit in a child before execve(2). */
export function resetDescriptorLimit(): void {
  if (isRaised) rawCall("prlimit64", 0, RLIMIT_NOFILE, new Uint8Array(usual.buffer), null);
}
