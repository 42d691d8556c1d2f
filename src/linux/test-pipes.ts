/** A kernel in memory with pipes and nothing else, for tests of {@link makeJobPipe} and its users. */
import { ERRNO_NAMES, SYSCALLS } from "../platform/linux-abi.ts";
import type { Kernel } from "../platform/platform.ts";

const FIRST_FD = 10;

function errno(name: string): number {
  return -Number(Object.keys(ERRNO_NAMES).find((number) => ERRNO_NAMES[Number(number)] === name));
}

export function pipeKernel(): Kernel {
  const pipes: number[][] = [];
  const pipeOf = (fd: unknown): number[] | undefined => pipes[Math.floor((Number(fd) - FIRST_FD) / 2)];
  const calls: Readonly<Record<number, (...args: unknown[]) => number>> = {
    [SYSCALLS.pipe2.x86_64](ends) {
      const first = FIRST_FD + 2 * pipes.length;
      pipes.push([]);
      const view = ends as Uint8Array;
      new Int32Array(view.buffer, view.byteOffset, 2).set([first, first + 1]);
      return 0;
    },
    [SYSCALLS.read.x86_64](fd, buffer) {
      const byte = pipeOf(fd)?.shift();
      if (byte === undefined) return errno("EAGAIN");
      (buffer as Uint8Array).set([byte]);
      return 1;
    },
    [SYSCALLS.write.x86_64](fd, bytes) {
      pipeOf(fd)?.push(...(bytes as Uint8Array));
      return (bytes as Uint8Array).length;
    },
  };
  return {
    syscall: (number, ...args) => calls[number]?.(...args) ?? errno("ENOSYS"),
    fork: undefined,
    waitReadable: undefined,
  };
}
