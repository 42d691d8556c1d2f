/** What programs in a view must not reach, as root and as an ordinary user, by busybox or system calls. */
import { once } from "node:events";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTools } from "../../tests/oracle.ts";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_UNIX,
  CLONE_NEWCGROUP,
  CLONE_NEWUSER,
  EAFNOSUPPORT,
  ENOSYS,
  EPERM,
  LAST_SYSCALL,
  SYSCALLS,
  TIOCGWINSZ,
  TIOCLINUX,
  TIOCSTI,
} from "../platform/linux-abi.ts";
import { nodePlatform } from "../platform/node/platform.ts";
import { REFUSALS, USES } from "./refused-calls.ts";
import type { SyscallName } from "./syscalls.ts";
import {
  makePerlTree,
  makePlace,
  overlayView,
  type Place,
  processesMarked,
  type RunOptions,
  removePlace,
  runInView,
  startInView,
  USERS,
} from "./test-place.ts";
import type { View } from "./view.ts";

const available = requireTools("busybox", "perl", "unshare", "setpriv", "ldd", "which", "chmod", "chown");

let place: Place;
let perl: string;
beforeAll(() => {
  if (!available) return;
  place = makePlace();
  perl = makePerlTree(place);
});
afterAll(() => {
  if (available) removePlace(place);
});

const CASES = USERS.flatMap((user) => USES.map((use) => ({ user, use })));

/** include/linux/socket.h: families that are not allowed. This kernel may lack them. */
const OTHER_FAMILIES = { AF_PACKET: 17, AF_ALG: 38, AF_VSOCK: 40 };

const ENOTTY = 25; // include/uapi/asm-generic/errno-base.h
const X32_CALLS = 2 ** 30; // arch/x86/include/uapi/asm/unistd.h: __X32_SYSCALL_BIT

const { arch } = nodePlatform().host;

/** A line of perl that makes a system call and prints its error number, 0 on success. */
function tried(name: SyscallName | number, ...words: readonly number[]): string {
  const number = typeof name === "number" ? name : SYSCALLS[name][arch];
  return `$! = 0; syscall(${[number, ...words].join(", ")}); print $! + 0, "\\n";`;
}

describe.skipIf(!available).each(CASES)("a $use of $user", ({ user, use }) => {
  let count = 0;
  const newView = (): View & { readonly changes: string } =>
    overlayView(place, `confined ${use} ${++count}`, user, [place.busybox[user], perl]);
  const run = (script: string, options: RunOptions = {}, view: View = newView()) =>
    runInView(place, user, view, script, { use, ...options });
  test("has the capabilities of its table, cannot get others, and has a filter", () => {
    const { out } = run("grep -e ^Cap -e ^NoNewPrivs -e ^Seccomp: /proc/self/status");
    const bits = { step: "000000000000001b", shell: "00000000800435db" }[use];
    const none = "0000000000000000";
    expect(
      Object.fromEntries(
        out
          .trim()
          .split("\n")
          .map((line) => line.split(/:\s*/)),
      ),
    ).toEqual({
      CapInh: none,
      CapPrm: bits,
      CapEff: bits,
      CapBnd: bits,
      CapAmb: none,
      NoNewPrivs: "1",
      Seccomp: "2",
    });
  });

  test("does not see the caller's environment, and cannot inspect the processes above it", () => {
    const script = `cat /proc/1/environ /proc/2/environ /proc/self/environ | tr '\\0' '\\n' | grep TOKEN
      for file in /proc/1/mem /proc/2/mem /proc/2/fd/1; do cat $file || true; done`;
    const { out, error } = run(script, { env: { SECRET_TOKEN: "hidden" } });
    expect(out).toBe("");
    expect(error.match(/Permission denied/g)?.length).toBe(5);
  });

  test("does not have the caller's session keyring", () => {
    expect(fs.existsSync("/proc/keys")).toBe(true);
    const wrapped = ["perl", "-e", callersKey(), "--"];
    expect(run("grep bq2-probe /proc/keys; echo looked", { wrapped }).out).toBe("looked\n");
  });

  test("does not have what the caller left open", () => {
    const path = join(place.folder, "caller");
    fs.writeFileSync(path, "the caller's\n");
    const wrapped = ["perl", "-e", leftOpen(path), "--"];
    expect(run("cat /proc/self/fd/40; echo looked", { wrapped }).out).toBe("looked\n");
  });

  test("cannot make a read-only bind writable or remove a mount that covers something", () => {
    const view = newView();
    const shared = join(view.changes, "../shared");
    fs.mkdirSync(shared);
    fs.writeFileSync(join(shared, "file"), "as it was\n");
    for (const path of [shared, join(shared, "file")]) fs.chmodSync(path, 0o777);
    const binds = [{ source: shared, target: "/mnt/ro", readOnly: true }];
    const attempt = `mount -o remount,rw,bind /mnt/ro; umount -l /proc/sys; umount /mnt/ro; umount -l /dev
      echo changed > /mnt/ro/file; cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern
      ls /mnt/ro /dev/null`;
    const nested = `unshare -U -r -m sh -c '${attempt}'`;
    for (const script of [attempt, nested]) {
      const { out, error } = run(script, {}, { ...view, binds });
      const isNested = use === "shell" || script === attempt; // a step has no further namespaces at all
      if (isNested) expect(error.match(/Read-only file system/g)?.length, error).toBe(2);
      expect(out).toBe(isNested ? "/dev/null\n\n/mnt/ro:\nfile\n" : "");
      fs.rmSync(view.changes, { recursive: true, force: true });
    }
    expect(fs.readFileSync(join(shared, "file"), "utf8")).toBe("as it was\n");
  });

  test(use === "step" ? "makes no namespaces" : "makes its own namespaces and mounts, but no cgroup2", () => {
    const script = `mkdir /cgroup; mount -t cgroup2 cgroup2 /cgroup && echo mounted
      unshare -U -r -m sh -c 'mount -t tmpfs tmpfs /tmp && echo nested
        mount -t cgroup2 cgroup2 /cgroup && echo mounted'
      ls /cgroup`;
    expect(run(script).out).toBe(use === "step" ? "" : "nested\n");
  });

  test("the calls of its table are refused, and those of later kernels do not exist", () => {
    const whole = REFUSALS[use].filter(({ when }) => when === undefined);
    const refused = whole.flatMap(({ calls, errno }) =>
      calls.map((name) => [errno, name, 0, 0, 0, 0, 0] as const),
    );
    const families = {
      others: Object.values(OTHER_FAMILIES),
      usual: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK],
    };
    const expected: (readonly [number, SyscallName | number, ...number[]])[] = [
      ...refused,
      ...families.usual.map((family) => [0, "socket", family, 2, 0] as const),
      ...families.others.map((family) => [EAFNOSUPPORT, "socket", family, 2, 0] as const),
      ...families.others.map((family) => [EAFNOSUPPORT, "socketpair", family, 2, 0, 0] as const),
      [EPERM, "unshare", CLONE_NEWCGROUP | CLONE_NEWUSER],
      [EPERM, "clone", CLONE_NEWCGROUP, 0, 0, 0, 0],
      ...(use === "step" ? [[EPERM, "clone", CLONE_NEWUSER, 0, 0, 0, 0] as const] : []),
      [EPERM, "ioctl", 0, TIOCSTI, 0],
      [EPERM, "ioctl", 0, TIOCLINUX, 0],
      [ENOTTY, "ioctl", 0, TIOCGWINSZ, 0],
      [ENOSYS, LAST_SYSCALL[arch] + 1],
      [ENOSYS, X32_CALLS],
    ];
    const lines = expected.map(([, name, ...words]) => tried(name, ...words));
    const { out, error } = run(`perl -e '${lines.join(" ")}' < /dev/null`);
    expect(error).toBe("");
    const found = out.trim().split("\n").map(Number);
    expect(expected.map(([, ...call], i) => [found[i], ...call])).toEqual(expected);
  });

  test("works on files as root does", () => {
    const script = `set -e; echo x > /file; chmod 000 /file; cat /file; echo y >> /file; chown 0:0 /file
      mkfifo /fifo; chmod 4755 /file; stat -c '%u:%g %a' /file; (sleep 9 & kill $!); echo through | cat`;
    expect(run(script)).toEqual({ out: "x\n0:0 4755\nthrough\n", error: "", code: 0 });
  });
});

/** Perl that opens a file under a number beyond those that Node hides, and executes a program. */
function leftOpen(path: string): string {
  return `open(my $file, "<", "${path}") or die "open: $!";
    syscall(${SYSCALLS.dup3[arch]}, fileno($file), 40, 0) == 40 or die "dup3: $!";
    exec @ARGV;`;
}

/** Perl that makes a session keyring with a key that only its possessor sees, and executes a program. */
function callersKey(): string {
  const keyctl = SYSCALLS.keyctl[arch];
  // keyctl(2): KEYCTL_JOIN_SESSION_KEYRING, KEYCTL_SETPERM; keyrings(7): KEY_SPEC_SESSION_KEYRING
  return `syscall(${keyctl}, 1, 0) >= 0 or die "keyring: $!";
    my ($type, $name, $key) = ("user", "bq2-probe", "secret");
    my $id = syscall(${SYSCALLS.add_key[arch]}, $type, $name, $key, 6, -3);
    $id >= 0 && syscall(${keyctl}, 5, $id, 0x3f000000) == 0 or die "key: $!";
    exec @ARGV`;
}

describe.skipIf(!available).each(USERS)("the chain of %s", (user) => {
  test("has only PATH of the caller's environment", async () => {
    const mark = `environment-${process.pid}`;
    const view = overlayView(place, "environment", user);
    const env = { SECRET_TOKEN: "hidden" };
    const child = startInView(place, user, view, "sleep 1000 & echo ready; wait", mark, env);
    await once(child.stdout ?? child, "data");
    const [caller, ...within] = processesMarked(mark);
    const environments = within.map((id) => fs.readFileSync(`/proc/${id}/environ`, "utf8"));
    child.kill("SIGKILL");
    expect(caller).toBe(child.pid);
    const names = environments.map((text) =>
      text
        .split("\0")
        .map((line) => line.split("=")[0])
        .filter(Boolean),
    );
    // setpriv and unshare, unshare, the program within; the shell and its child.
    const programs = ["BQ2_MARK", "PATH"];
    expect(
      names.map((list) => list.filter((name) => !/^(SHLVL|PWD|OLDPWD|_)$/.test(name ?? "")).sort()),
    ).toEqual([["PATH"], ["PATH"], ["PATH"], programs, programs]);
  });
});
