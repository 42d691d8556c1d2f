/**
 * GNU make's jobserver, by descriptors: a pipe with one byte for every further job that may start. A process
 * with the descriptors may run one job by itself. For every other job it takes a byte, and puts it back when
 * the job ends. https://www.gnu.org/software/make/manual/html_node/POSIX-Jobserver.html
 */
import { encodeUtf8 } from "../base/text.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../platform/linux-abi.ts";
import { FIRST_EXTRA_FD, SystemError } from "../platform/platform.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

export interface JobTokens {
  /** Takes a token if one is left. */
  tryTake(): boolean;
  give(): void;
}

/** The two ends of the pipe, as descriptors of this process. */
export type JobDescriptors = readonly [read: number, write: number];

/** Make's flag for a pool whose descriptors are the `extraFds` of make's process. */
export const JOBSERVER_FLAG = `--jobserver-auth=${FIRST_EXTRA_FD},${FIRST_EXTRA_FD + 1}`;

/** GNU make writes this byte, and accepts any. */
const TOKEN = encodeUtf8("+");

/** An empty pipe. Reading never blocks; make sets the same mode (posixos.c: set_blocking). */
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
