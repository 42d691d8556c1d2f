/**
 * How many descriptors may be open. Programs that use select(2) want no more than 1,024, so that is what is usual; this
 * program waits by epoll(7), and many children have many pipes.
 */
import { RLIMIT_NOFILE } from "../linux-abi.ts";
import { call, rawCall } from "./call.ts";

/** include/uapi/linux/resource.h: struct rlimit64, the limit and the most that it may be raised to. */
const usual = new BigUint64Array(2);
let isRaised = false;

/** As many as the kernel lets this process have. Once; throws {@link SystemError}. */
export function raiseDescriptorLimit(): void {
  if (isRaised) return;
  call("ask", "the limit of descriptors", "prlimit64", 0, RLIMIT_NOFILE, null, new Uint8Array(usual.buffer));
  const most = usual[1] ?? 0n;
  const raised = new Uint8Array(BigUint64Array.of(most, most).buffer);
  call("raise", "the limit of descriptors", "prlimit64", 0, RLIMIT_NOFILE, raised, null);
  isRaised = true;
}

/** In a child before execve(2): the limit that this process was given. */
export function resetDescriptorLimit(): void {
  if (isRaised) rawCall("prlimit64", 0, RLIMIT_NOFILE, new Uint8Array(usual.buffer), null);
}
