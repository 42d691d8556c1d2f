/**
 * The output of a service: one pipe for all its runs, which process 1 keeps open at both ends and reads into
 * the log. A service that writes faster than its log takes it waits for its own pipe, and nobody else does.
 */

import { systemCall } from "../../linux/syscalls.ts";
import { readAvailable } from "../../linux/unix-socket.ts";
import { F_SETFL, O_CLOEXEC, O_NONBLOCK } from "../../platform/linux-abi.ts";
import type { Platform } from "../../platform/platform.ts";
import { LogFile } from "./log-file.ts";

const CHUNK = 65536; // pipe(7): its capacity
const buffer = new Uint8Array(CHUNK);

export class Output {
  readonly #platform: Platform;
  readonly #log: LogFile;
  readonly #readEnd: number;
  /** Standard output and standard error of the service. */
  readonly writeEnd: number;

  constructor(platform: Platform, name: string) {
    this.#platform = platform;
    this.#log = new LogFile(platform, name);
    const ends = new Int32Array(2);
    const call = { action: "make", what: "a pipe" } as const;
    systemCall(platform, { ...call, name: "pipe2" }, new Uint8Array(ends.buffer), O_CLOEXEC);
    const [readEnd = -1, writeEnd = -1] = ends;
    systemCall(platform, { ...call, name: "fcntl" }, readEnd, F_SETFL, O_NONBLOCK);
    this.#readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  note(text: string): void {
    this.#take(); // what the service has written comes first
    this.#log.note(text);
  }

  /** Reads for ever. One read each time, so that the event loop gets its turn in between. */
  async follow(): Promise<never> {
    const { waitReadable } = this.#platform.kernel;
    for (;;) {
      await waitReadable?.(this.#readEnd);
      this.#take();
    }
  }

  /** Writes what is left, and closes the log until there is more. */
  finish(): void {
    this.#take();
    this.#log.close();
  }

  #take(): void {
    const bytes = readAvailable(this.#platform, this.#readEnd, buffer);
    if (bytes !== undefined) this.#log.add(bytes);
  }
}
