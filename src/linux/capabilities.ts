/** capabilities(7): the separate powers of root in a user namespace. */
import { struct, u32 } from "../base/struct.ts";
import {
  _LINUX_CAPABILITY_VERSION_3,
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_NET_ADMIN,
  CAP_NET_BIND_SERVICE,
  CAP_NET_RAW,
  CAP_SETFCAP,
  CAP_SETGID,
  CAP_SETPCAP,
  CAP_SETUID,
  CAP_SYS_CHROOT,
  EINVAL,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
} from "../platform/linux-abi.ts";
import type { Use } from "./refused-calls.ts";
import { type KernelAccess, systemCall, systemCallUnless } from "./syscalls.ts";

/** Root's powers over files: access, owners and modes. */
const FILES = [CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID];

/**
 * The capabilities that stay. A shell also keeps those that package managers and daemons need, and
 * CAP_SETFCAP, without which its root cannot be root of a further user namespace (user_namespaces(7)). Nobody
 * keeps CAP_SYS_ADMIN, the power over mounts, or CAP_SYS_PTRACE, the power over processes that still have
 * CAP_SYS_ADMIN.
 */
export const KEPT_CAPABILITIES: { readonly [U in Use]: readonly number[] } = {
  step: FILES,
  shell: [
    ...FILES,
    ...[CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SETFCAP, CAP_SYS_CHROOT],
    ...[CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW],
  ],
};

/** include/uapi/linux/capability.h: `struct __user_cap_header_struct`; process 0 is the calling thread. */
const Header = struct("__user_cap_header_struct", 8, { version: u32, pid: u32 });
/** `struct __user_cap_data_struct`, two of them: capabilities 0 to 31, then the rest. */
const Sets = struct("__user_cap_data_struct[2]", 24, {
  ...{ effective: u32, permitted: u32, inheritable: u32 },
  ...{ effectiveHigh: u32, permittedHigh: u32, inheritableHigh: u32 },
});

/**
 * Reduces this thread, and what it starts from now on, to the capabilities `kept`. The bounding set is
 * reduced too, so that a program executed as root does not get the others back.
 */
export function limitCapabilities(platform: KernelAccess, kept: readonly number[]): void {
  dropFromBoundingSet(platform, kept);
  const effective = kept.reduce((bits, capability) => bits + 2 ** capability, 0);
  const call = { name: "capset", action: "give up", what: "capabilities" } as const;
  const header = Header.encode({ version: _LINUX_CAPABILITY_VERSION_3, pid: 0 });
  systemCall(platform, call, header, Sets.encode({ effective, permitted: effective }));
}

/** Reduces this process to `capabilities`, and passes them on to programs that have none of their own. */
export function raiseAmbient(platform: KernelAccess, capabilities: readonly number[]): void {
  const bits = capabilities.reduce((sum, capability) => sum + 2 ** capability, 0);
  const call = { action: "keep", what: "capabilities for a program" } as const;
  const header = Header.encode({ version: _LINUX_CAPABILITY_VERSION_3, pid: 0 });
  const sets = Sets.encode({ effective: bits, permitted: bits, inheritable: bits });
  systemCall(platform, { ...call, name: "capset" }, header, sets);
  for (const capability of capabilities)
    systemCall(platform, { ...call, name: "prctl" }, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

/** Two words of 32 bits hold a set of capabilities. */
const MOST_CAPABILITIES = 64;

/** Tries numbers in order until the kernel knows no more. */
function dropFromBoundingSet(platform: KernelAccess, kept: readonly number[]): void {
  for (let capability = 0; capability < MOST_CAPABILITIES; capability++) {
    if (kept.includes(capability)) continue;
    const call = { name: "prctl", action: "give up for ever", what: `capability ${capability}` } as const;
    if (systemCallUnless(platform, [EINVAL], call, PR_CAPBSET_DROP, capability, 0, 0, 0) === -EINVAL) return;
  }
}
