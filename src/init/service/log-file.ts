/**
 * The log of a service: lines with their time, in a file that is rotated by size, so that it never fills the
 * disk. A failure to write loses lines, and later lines say how many bytes; it never stops the service.
 */
import { formatTimestamp } from "../../base/log.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { makeFolders } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { LineStamper } from "./log-lines.ts";
import { LOG_FOLDER, logPath, OLD_LOGS } from "./log-names.ts";

/** With its old files, a log takes at most four times this much. */
export const LOG_BYTES = 1 << 20;

/** Logs may contain anything, so only root reads them. */
const MODE = 0o600;

type Needs = Pick<Platform, "files" | "clock">;

export class LogFile {
  readonly #platform: Needs;
  readonly #name: string;
  readonly #lines = new LineStamper();
  #fd: number | undefined;
  #size = 0;
  #lostBytes = 0;

  constructor(platform: Needs, name: string) {
    this.#platform = platform;
    this.#name = name;
  }

  /** Adds output of the service. Never throws. */
  add(bytes: Uint8Array): void {
    this.#write(this.#lines.add(bytes, this.#stamp()));
  }

  /** Ends the line that has begun, and adds a line of process 1. Never throws. */
  note(text: string): void {
    this.#write(this.#lines.end(this.#stamp()));
    this.#write(this.#line(text));
  }

  /** Until the next line the file is closed: an open one would keep the disk from becoming read-only. */
  close(): void {
    this.#write(this.#lines.end(this.#stamp()));
    if (this.#fd !== undefined) this.#platform.files.close(this.#fd);
    this.#fd = undefined;
  }

  #stamp(): Uint8Array {
    return encodeUtf8(`${formatTimestamp(this.#platform.clock.nowMicroseconds())} `);
  }

  #line(text: string): Uint8Array {
    return encodeUtf8(`${formatTimestamp(this.#platform.clock.nowMicroseconds())} bq2: ${text}\n`);
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    try {
      if (this.#lostBytes > 0) this.#append(this.#line(`${this.#lostBytes} bytes of this log were lost`));
      this.#lostBytes = 0;
      this.#append(bytes);
    } catch {
      this.#lostBytes += bytes.length;
    }
  }

  #append(bytes: Uint8Array): void {
    const { files } = this.#platform;
    if (this.#fd === undefined) this.#open();
    if (this.#size > 0 && this.#size + bytes.length > LOG_BYTES) this.#rotate();
    if (this.#fd === undefined) return;
    try {
      files.write(this.#fd, bytes, this.#size);
    } catch (error) {
      files.truncate(this.#fd, this.#size); // without the part that was written before the disk was full
      throw error;
    }
    this.#size += bytes.length;
  }

  #open(): void {
    const { files } = this.#platform;
    makeFolders(files, LOG_FOLDER, 0o755);
    const path = logPath(this.#name);
    this.#fd = files.open(path, "update", MODE);
    this.#size = files.status(path)?.size ?? 0;
  }

  /** The oldest file goes; each of the others becomes one older. */
  #rotate(): void {
    const { files } = this.#platform;
    if (this.#fd !== undefined) files.close(this.#fd);
    this.#fd = undefined;
    for (let age = OLD_LOGS; age > 0; age--) {
      const from = logPath(this.#name, age - 1);
      if (files.status(from) !== undefined) files.rename(from, logPath(this.#name, age));
    }
    this.#open();
  }
}
