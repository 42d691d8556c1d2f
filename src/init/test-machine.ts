/** A machine in memory for tests of process 1: files, programs, and a kernel that records its calls. */
import { encodeUtf8 } from "../base/text.ts";
import type { SyscallName } from "../linux/syscalls.ts";
import { type TestNetlink, testNetlink } from "../network/test-netlink.ts";
import { makeFolders } from "../platform/files.ts";
import { ARPHRD_ETHER, SYSCALLS } from "../platform/linux-abi.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import type { Files, SyscallArgument } from "../platform/platform.ts";

const ARPHRD_LOOPBACK = 772; // include/uapi/linux/if_arp.h

type Answer = (args: readonly SyscallArgument[]) => number;

export interface TestMachine {
  readonly platform: MemoryPlatform;
  /** Calls so far as text: the name, then numbers and strings; byte arrays are shown as `bytes`. */
  readonly calls: string[];
  /** The kernel's results by system call, -errno for a failure; 0 by default. */
  readonly answers: { [N in SyscallName]?: Answer };
  /** The network: a loopback interface and one card. */
  readonly netlink: TestNetlink;
}

const NAMES = new Map(
  Object.entries(SYSCALLS).map(([name, { x86_64 }]) => [x86_64 as number, name as SyscallName]),
);

/** `files`: contents by path; their folders are made. */
export function testMachine(files: { readonly [path: string]: string }): TestMachine {
  const calls: string[] = [];
  const devices = new Map<number, string>();
  const open = (path: string): number => {
    const fd = memory.files.open(path, "update");
    devices.set(fd, path);
    return fd;
  };
  const netlink = testNetlink([
    { name: "lo", mac: "00:00:00:00:00:00", type: ARPHRD_LOOPBACK },
    { name: "eth0", mac: "52:54:00:12:34:56", type: ARPHRD_ETHER },
  ]);
  const answers: TestMachine["answers"] = {
    sendto: netlink.sendto,
    recvfrom: netlink.recvfrom,
    openat: ([, path]) => open(String(path)),
    socket: () => open("/dev/kmsg"),
    close: ([fd]) => {
      memory.files.close(Number(fd));
      return 0;
    },
  };
  const memory = memoryPlatform({
    kernel: {
      syscall(number, ...args) {
        const name = NAMES.get(number);
        if (name === undefined) return -38; // ENOSYS
        const words = args.map((word) => (word instanceof Uint8Array ? "bytes" : String(word)));
        calls.push([name, ...words].join(" "));
        return answers[name]?.(args) ?? 0;
      },
      fork: undefined,
      waitReadable: undefined,
    },
  });
  for (const [path, text] of Object.entries(files)) {
    makeFolders(memory.files, path.slice(0, path.lastIndexOf("/")) || "/");
    memory.files.writeFile(path, encodeUtf8(text));
  }
  // Devices have no position: every write appends.
  const write: Files["write"] = (fd, bytes, position) => {
    const path = devices.get(fd);
    memory.files.write(fd, bytes, path === undefined ? position : (memory.files.status(path)?.size ?? 0));
  };
  const isDevice = (path: string): boolean => path.startsWith("/dev/");
  const deviceFiles: MemoryPlatform["files"] = {
    ...memory.files,
    write,
    open: (path, mode) => (isDevice(path) ? open(path) : memory.files.open(path, mode)),
  };
  return { platform: { ...memory, files: deviceFiles }, calls, answers, netlink };
}

/** Lets everything run that waits only for promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await undefined;
}
