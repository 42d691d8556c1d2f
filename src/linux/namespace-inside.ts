/**
 * Makes namespaces in this process, which has one thread; for Node, util-linux's setpriv and unshare do the
 * same. The copy that becomes process 1 within starts the program and waits for it. It does not reap orphans.
 */
import { encodeUtf8 } from "../base/text.ts";
import {
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  PR_SET_PDEATHSIG,
  SIGNALS,
} from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { asExtraFds, STEP_DESCRIPTORS } from "./step-descriptors.ts";
import { systemCall } from "./syscalls.ts";

/**
 * The first argument, to share the caller's network. An empty argument means a namespace without a network.
 */
export const WITH_NETWORK = "network";

const NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;

/** Returns the program's exit code, 1 after a signal. Throws SystemError if the kernel refuses one. */
export async function runInOwnNamespaces(platform: Platform, args: readonly string[]): Promise<number> {
  const [network, ...argv] = args;
  const { uid, gid } = platform.host;
  const flags = NAMESPACES | (network === WITH_NETWORK ? 0 : CLONE_NEWNET);
  systemCall(platform, { name: "unshare", action: "make", what: "namespaces" }, flags);
  endWithParent(platform); // only now, because making a user namespace resets it
  writeProc(platform, "setgroups", "deny"); // user_namespaces(7): before an ordinary user maps groups
  writeProc(platform, "uid_map", `0 ${uid} 1`);
  writeProc(platform, "gid_map", `0 ${gid} 1`);
  const pid = platform.kernel.fork?.() ?? -1;
  if (pid !== 0) return waitFor(platform, pid);
  endWithParent(platform);
  const child = await platform.processes.spawn({
    argv,
    cwd: platform.host.cwd,
    env: platform.host.env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
    extraFds: asExtraFds(STEP_DESCRIPTORS).filter(
      (fd) => platform.files.status(`/proc/self/fd/${fd}`) !== undefined,
    ),
  });
  return (await child.wait()).code ?? 1;
}

/** Has the kernel kill this process when its parent ends, for whatever reason. */
function endWithParent(platform: Platform): void {
  const call = { name: "prctl", action: "end with", what: "the caller" } as const;
  systemCall(platform, call, PR_SET_PDEATHSIG, SIGNALS.SIGKILL ?? 0);
}

function writeProc({ files }: Platform, name: string, text: string): void {
  const fd = files.open(`/proc/self/${name}`, "update");
  files.write(fd, encodeUtf8(text), null);
  files.close(fd);
}

/** Returns the exit code, or 1 for a signal: wait(2), the first byte is the signal, the second the code. */
function waitFor(platform: Platform, pid: number): number {
  const status = new Uint8Array(4);
  systemCall(platform, { name: "wait4", action: "wait for", what: `process ${pid}` }, pid, status, 0, null);
  const [signal = 0, code = 0] = status;
  return (signal & 0x7f) === 0 ? code : 1;
}
