/**
 * Starts a program in its own namespaces: user (the caller becomes root), mount, pid, uts, ipc and, without a
 * network, net. Works for ordinary users.
 *
 * The chain of processes, each the child of the one before:
 *
 * 1. The caller, outside. When it ends, for whatever reason, the chain ends.
 * 2. setpriv, which executes unshare (`namespace-inside.ts` on QuickJS). It makes the namespaces. The kernel
 *    kills it when the caller dies.
 * 3. unshare, process 1 within. When it ends, the kernel kills everything within. Node cannot be process 1,
 *    because it does not reap orphans.
 * 4. The program, process 2. It builds its view (`view.ts`), then does the work.
 */
import { Bq2Error } from "../base/error.ts";
import { HIDDEN_COMMANDS } from "../base/hidden-commands.ts";
import { struct, u16, u32 } from "../base/struct.ts";
import { POLLHUP } from "../platform/linux-abi.ts";
import type { Child, Platform, SpawnOptions } from "../platform/platform.ts";
import { WITH_NETWORK } from "./namespace-inside.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

export interface NamespaceOptions extends Omit<SpawnOptions, "env"> {
  /** True for the host's network; false for only a loopback device that is down. */
  readonly network: boolean;
}

/**
 * Starts `options.argv` in new namespaces: usually this program again (`host.self`) with a hidden subcommand.
 * Standard input should be a pipe (see {@link requireLivingCaller}), or the terminal's.
 *
 * The environment contains only `PATH`: the caller's variables may include tokens, and a program within might
 * find a way to read them (`/proc/1/environ`).
 *
 * The child ends with the exit code of the program within, or with 1 if a signal ended that program.
 * `kill("SIGKILL")` ends everything within; other signals are not passed on. Throws `missing-tool` if
 * util-linux is not installed.
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
  // A process with one thread does the work of these programs itself (`namespace-inside.ts`).
  if (platform.kernel.fork !== undefined)
    return [...platform.host.self, HIDDEN_COMMANDS.namespaces, network ? WITH_NETWORK : "", ...argv];
  const setpriv = utilLinux(platform, "setpriv");
  const unshare = utilLinux(platform, "unshare");
  return [
    // setpriv ends unshare with the caller; --kill-child ends unshare's child with unshare.
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
/** A zero struct __kernel_timespec: do not wait. */
const AT_ONCE = new Uint8Array(16);

/**
 * The program within calls this at its start. Throws if the caller died before the kernel was asked to end
 * this chain with it. Standard input must be a pipe from the caller; anything else passes.
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
  throw new Bq2Error("Cannot continue: the process that started this one has ended", { code: "orphaned" });
}
