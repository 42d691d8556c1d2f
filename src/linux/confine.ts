/**
 * What the process that built a view gives up for itself and its programs, before it starts the first one.
 * Afterwards nothing within can change the view:
 *
 * - Mounts belong to the user namespace in which the view was built. Changing one needs CAP_SYS_ADMIN there,
 *   which no program has or can get back. In a further user namespace, which a `shell` may make, the kernel
 *   locks the mounts of the view (mount_namespaces(7)): a read-only mount stays read-only, and what a mount
 *   covers stays covered.
 * - The processes that still have capabilities (process 1; on Node, threads that start no programs) cannot be
 *   traced or inspected.
 * - Descriptors that the caller left open close when a program starts.
 * - System calls that reach past the view without a capability are refused (`refused-calls.ts`).
 *
 * A second user namespace for the programs would lock the mounts too. But a process with several threads,
 * such as Node, cannot enter one, and a second Node for every step would cost more than all of this.
 */
import {
  CLOSE_RANGE_CLOEXEC,
  ENOSYS,
  EPERM,
  KEYCTL_JOIN_SESSION_KEYRING,
  PR_SET_DUMPABLE,
  PR_SET_NO_NEW_PRIVS,
} from "../platform/linux-abi.ts";
import { FIRST_EXTRA_FD } from "../platform/platform.ts";
import { KEPT_CAPABILITIES, limitCapabilities } from "./capabilities.ts";
import { REFUSALS, type Use } from "./refused-calls.ts";
import { refuseCalls } from "./seccomp.ts";
import { type KernelAccess, systemCall, systemCallUnless } from "./syscalls.ts";

/** On Node the main thread calls this, since it is the one that starts programs. */
export function confine(platform: KernelAccess, use: Use): void {
  hideDescriptors(platform);
  joinNewKeyring(platform);
  const hide = { name: "prctl", action: "keep others from", what: "this process's memory" } as const;
  systemCall(platform, hide, PR_SET_DUMPABLE, 0, 0, 0, 0);
  limitCapabilities(platform, KEPT_CAPABILITIES[use]);
  const renounce = { name: "prctl", action: "give up", what: "new privileges" } as const;
  systemCall(platform, renounce, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  refuseCalls(platform, REFUSALS[use]);
}

const HIGHEST_DESCRIPTOR = 0xffffffff; // close_range(2) takes an unsigned int

/**
 * Programs get standard streams and what `SpawnOptions.extraFds` names, nothing else that is open here. A
 * folder of the host that the caller left open would lead out of the view. Node itself hides inherited
 * descriptors up to the first gap above 15 (libuv, src/unix/core.c: uv_disable_stdio_inheritance).
 */
function hideDescriptors(platform: KernelAccess): void {
  const call = { name: "close_range", action: "hide", what: "open descriptors from programs" } as const;
  systemCall(platform, call, FIRST_EXTRA_FD, HIGHEST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
}

/**
 * Replaces the caller's session keyring, with the keys that a login or a mount added, by an empty one. If the
 * kernel has no keyrings (ENOSYS), or a container forbids them (EPERM), no program within reaches a key.
 */
function joinNewKeyring(platform: KernelAccess): void {
  const call = { name: "keyctl", action: "leave", what: "the caller's session keyring" } as const;
  systemCallUnless(platform, [ENOSYS, EPERM], call, KEYCTL_JOIN_SESSION_KEYRING, null);
}
