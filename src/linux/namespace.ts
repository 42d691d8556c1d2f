/**
 * Starts a program in namespaces of its own: user (the caller as root), mount, pid, uts, ipc and, where
 * no network is wanted, net. Rootless: as an ordinary user too.
 *
 * The chain of processes, each the child of the one before:
 *
 * | process | why it is there |
 * |---|---|
 * | the caller | outside; when it ends, however it ends, the chain ends |
 * | setpriv, then unshare (`namespace-inside.ts` on QuickJS) | becomes one process: makes the namespaces; the kernel kills it when the caller dies |
 * | unshare | process 1 within: when it ends the kernel kills everything within. Node cannot be that: it does not wait for orphans |
 * | the program | process 2: builds its view (`view.ts`), then does the work |
 */

import { Bq2Error } from "../base/error.ts";
import { HIDDEN_COMMANDS } from "../base/hidden-commands.ts";
import { struct, u16, u32 } from "../base/struct.ts";
import { POLLHUP } from "../platform/linux-abi.ts";
import type { Child, Platform, SpawnOptions } from "../platform/platform.ts";
import { WITH_NETWORK } from "./namespace-inside.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

export interface NamespaceOptions extends Omit<SpawnOptions, "env"> {
  /** The host's network; else none but a loopback that is down. */
  readonly network: boolean;
}

/**
 * Starts `options.argv` in new namespaces: usually this program again (`host.self`) with a hidden
 * subcommand. Standard input should be a pipe (see {@link requireLivingCaller}), or the terminal's.
 *
 * Its environment is `PATH` alone: the caller's may hold tokens, and what it is given a program within may find a
 * way to read (`/proc/1/environ`).
 *
 * The child ends with the code of the program within; where a signal ended that, with code 1.
 * `kill("SIGKILL")` ends everything within; other signals are not passed on. Throws `missing-tool`
 * where util-linux is not installed.
 */
export function startInNamespaces(platform: Platform, options: NamespaceOptions): Promise<Child> {
  const { network, ...spawn } = options;
  return platform.processes.spawn({
    ...spawn,
    argv: namespaceCommand(platform, options.argv, network),
    env: { PATH: searchPath(platform) },
  });
}

/** The whole argv that runs `argv` in new namespaces. */
export function namespaceCommand(
  platform: Platform,
  argv: readonly string[],
  network: boolean,
): readonly string[] {
  // A process of one thread can do by itself what those programs do (`namespace-inside.ts`).
  if (platform.kernel.fork !== undefined)
    return [...platform.host.self, HIDDEN_COMMANDS.namespaces, network ? WITH_NETWORK : "", ...argv];
  const setpriv = utilLinux(platform, "setpriv");
  const unshare = utilLinux(platform, "unshare");
  return [
    // unshare's --kill-child ends its child with it; this ends unshare itself with the caller.
    ...[setpriv, "--pdeathsig", "KILL", "--"],
    ...[unshare, "--user", "--map-root-user", "--mount", "--pid", "--uts", "--ipc"],
    ...(network ? [] : ["--net"]),
    ...["--fork", "--kill-child", "--"],
    ...[unshare, "--fork", "--kill-child", "--"],
    ...argv,
  ];
}

function searchPath({ host }: Platform): string {
  return host.env.PATH ?? "/usr/bin:/bin";
}

function utilLinux(platform: Platform, program: string): string {
  const found = platform.processes.find(program, searchPath(platform));
  if (found !== undefined) return found;
  throw new Bq2Error(`Cannot make namespaces: the program ${program} is not installed`, {
    code: "missing-tool",
    hint: "install util-linux: apt-get install util-linux",
  });
}

/** poll(2): struct pollfd. */
const PollDescriptor = struct("pollfd", 8, { fd: u32, events: u16, revents: u16 });
/** struct __kernel_timespec of zeros: do not wait. */
const AT_ONCE = new Uint8Array(16);

/**
 * For the program within, at its start: throws where the caller has died before the kernel was told
 * to end this chain with it. Standard input must be a pipe from the caller; anything else passes.
 */
export function requireLivingCaller(platform: KernelAccess): void {
  const descriptor = PollDescriptor.encode({ fd: 0, events: 0 });
  systemCall(
    platform,
    { name: "ppoll", action: "look at", what: "standard input" },
    descriptor,
    1,
    AT_ONCE,
    null,
    0,
  );
  if ((PollDescriptor.decode(descriptor).revents & POLLHUP) === 0) return;
  throw new Bq2Error("Cannot go on: the process that started this one is gone", { code: "orphaned" });
}
