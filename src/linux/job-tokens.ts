/**
 * The jobserver of GNU make, by descriptors: a pipe that holds a byte for every job that may begin beside those that
 * run. Who has the descriptors has one job already, its own; for every further one it takes a byte, and puts one back
 * when that is over. https://www.gnu.org/software/make/manual/html_node/POSIX-Jobserver.html
 */
import { encodeUtf8 } from "../base/text.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../platform/linux-abi.ts";
import { FIRST_EXTRA_FD, SystemError } from "../platform/platform.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

export interface JobTokens {
  /** Takes one where one is left. */
  tryTake(): boolean;
  give(): void;
}

/** The two ends of the pipe, as descriptors of this process: to read from, to write to. */
export type JobDescriptors = readonly [read: number, write: number];

/** Make's flag for a pool whose descriptors are the `extraFds` of make's process. */
export const JOBSERVER_FLAG = `--jobserver-auth=${FIRST_EXTRA_FD},${FIRST_EXTRA_FD + 1}`;

/** GNU make writes this one, and reads any. */
const TOKEN = encodeUtf8("+");

/** An empty pipe. Its reading end never waits, which is as make wants it as well (posixos.c: set_blocking). */
export function makeJobPipe(platform: KernelAccess): JobDescriptors {
  const ends = new Int32Array(2);
  const call = { name: "pipe2", action: "make", what: "a pipe for jobs" } as const;
  systemCall(platform, call, new Uint8Array(ends.buffer), O_CLOEXEC | O_NONBLOCK);
  return [ends[0] ?? -1, ends[1] ?? -1];
}

export function jobTokens(platform: KernelAccess, [read, write]: JobDescriptors): JobTokens {
  const taken = new Uint8Array(1);
  return {
    tryTake() {
      try {
        const call = { name: "read", action: "take", what: "a job" } as const;
        return systemCall(platform, call, read, taken, taken.length) === 1;
      } catch (error) {
        if (error instanceof SystemError && error.code === "EAGAIN") return false;
        throw error;
      }
    },
    give() {
      systemCall(platform, { name: "write", action: "give back", what: "a job" }, write, TOKEN, TOKEN.length);
    },
  };
}
