/** Makes a process another user's, for good: credentials(7). */
import { PR_SET_KEEPCAPS } from "../platform/linux-abi.ts";
import { raiseAmbient } from "./capabilities.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/**
 * Changes groups, then the user: afterwards an ordinary user has no capabilities but `capabilities`, which
 * programs that have no privileges themselves keep (capabilities(7), "Ambient").
 */
export function changeUser(
  platform: KernelAccess,
  identity: Identity,
  capabilities: readonly number[],
): void {
  const { uid, gid, groups } = identity;
  const keeps = capabilities.length > 0;
  const call = { action: "become", what: `user ${uid}` } as const;
  if (keeps) systemCall(platform, { ...call, name: "prctl" }, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  const list = new Uint8Array(Uint32Array.from(groups).buffer);
  systemCall(platform, { ...call, name: "setgroups" }, groups.length, list);
  systemCall(platform, { ...call, name: "setresgid" }, gid, gid, gid);
  systemCall(platform, { ...call, name: "setresuid" }, uid, uid, uid);
  if (keeps) raiseAmbient(platform, capabilities);
}
