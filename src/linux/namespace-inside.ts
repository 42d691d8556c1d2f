/**
 * Namespaces made by this process itself, where it has one thread: what util-linux's setpriv and unshare do for Node.
 * The copy that becomes process 1 within starts the program and waits for it; orphans stay until it ends.
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

/** First argument: share the network of the caller. An empty one means a namespace without a network. */
export const WITH_NETWORK = "network";

const NAMESPACES = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;

/** The program's exit code; 1 where a signal ended it. Throws SystemError where the kernel refuses a namespace. */
export async function runInOwnNamespaces(platform: Platform, args: readonly string[]): Promise<number> {
  const [network, ...argv] = args;
  const { uid, gid } = platform.host;
  const flags = NAMESPACES | (network === WITH_NETWORK ? 0 : CLONE_NEWNET);
  systemCall(platform, { name: "unshare", action: "make", what: "namespaces" }, flags);
  endWithParent(platform); // only now: the kernel forgets it when a user namespace is made
  writeProc(platform, "setgroups", "deny"); // user_namespaces(7): before an ordinary user may map groups
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

/** The kernel kills this process when its parent ends, however it ends. */
function endWithParent(platform: Platform): void {
  const call = { name: "prctl", action: "end with", what: "the caller" } as const;
  systemCall(platform, call, PR_SET_PDEATHSIG, SIGNALS.SIGKILL ?? 0);
}

function writeProc({ files }: Platform, name: string, text: string): void {
  const fd = files.open(`/proc/self/${name}`, "update");
  files.write(fd, encodeUtf8(text), null);
  files.close(fd);
}

/** wait(2): the status of a process that ended by itself has its code in the second byte, else 0 there. */
function waitFor(platform: Platform, pid: number): number {
  const status = new Uint8Array(4);
  systemCall(platform, { name: "wait4", action: "wait for", what: `process ${pid}` }, pid, status, 0, null);
  const [signal = 0, code = 0] = status;
  return (signal & 0x7f) === 0 ? code : 1;
}
