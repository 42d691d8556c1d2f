/** A machine in memory for tests of process 1: files, programs, and a kernel that writes down what it is asked. */
import { encodeUtf8 } from "../base/text.ts";
import type { SyscallName } from "../linux/syscalls.ts";
import { makeFolders } from "../platform/files.ts";
import { SYSCALLS } from "../platform/linux-abi.ts";
import { type MemoryPlatform, memoryPlatform } from "../platform/memory/platform.ts";
import type { Files, SyscallArgument } from "../platform/platform.ts";

type Answer = (args: readonly SyscallArgument[]) => number;

export interface TestMachine {
  readonly platform: MemoryPlatform;
  /** Calls so far as text: the name, then numbers and strings; bytes are left out. */
  readonly calls: string[];
  /** What the kernel answers in place of 0, by name; -errno to fail. */
  readonly answers: { [N in SyscallName]?: Answer };
}

const NAMES = new Map(
  Object.entries(SYSCALLS).map(([name, { x86_64 }]) => [x86_64 as number, name as SyscallName]),
);

/** `files`: paths with what they hold; their folders are made. */
export function testMachine(files: { readonly [path: string]: string }): TestMachine {
  const calls: string[] = [];
  const devices = new Map<number, string>();
  const open = (path: string): number => {
    const fd = memory.files.open(path, "update");
    devices.set(fd, path);
    return fd;
  };
  const answers: TestMachine["answers"] = {
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
  // Devices have no position: what is written comes behind what was written before.
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
  return { platform: { ...memory, files: deviceFiles }, calls, answers };
}

/** Lets everything go on that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await undefined;
}
