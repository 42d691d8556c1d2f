/** Where a transfer's bytes go: standard output, or a file that is opened for the first of them. */
import { dirname } from "../../base/path.ts";
import { makeFolders } from "../../platform/files.ts";
import type { AppletContext } from "../applet.ts";
import type { CurlJob } from "./options.ts";

export class CurlOutput {
  readonly #context: AppletContext;
  readonly #createsFolders: boolean;
  /** An absolute path; `undefined`: standard output. */
  readonly path: string | undefined;
  /** Bytes already in the file, which stay (`-C`). */
  readonly start: number;
  #fd: number | undefined;
  #position: number;
  #isDiscarded = false;

  constructor(context: AppletContext, job: CurlJob, path: string | undefined) {
    this.#context = context;
    this.#createsFolders = job.createsFolders;
    this.path = path;
    const there = path === undefined ? undefined : context.platform.files.statusFollowed(path);
    this.start = job.continueAt === "auto" ? (there?.size ?? 0) : (job.continueAt ?? 0);
    this.#position = this.start;
  }

  write(bytes: Uint8Array): void {
    if (this.#isDiscarded) return;
    const { files } = this.#context.platform;
    if (this.path === undefined) {
      files.write(this.#context.stdout, bytes, null);
      return;
    }
    this.#fd ??= this.#open(this.path);
    files.write(this.#fd, bytes, this.start > 0 ? this.#position : null);
    this.#position += bytes.length;
  }

  /** Ignores all further bytes. */
  discard(): void {
    this.#isDiscarded = true;
  }

  /** Makes an empty file if the answer had no bytes. */
  finish(): void {
    if (this.path !== undefined && !this.#isDiscarded) this.#fd ??= this.#open(this.path);
  }

  close(): void {
    if (this.#fd !== undefined) this.#context.platform.files.close(this.#fd);
    this.#fd = undefined;
  }

  #open(path: string): number {
    const { files } = this.#context.platform;
    if (this.#createsFolders) makeFolders(files, dirname(path));
    return files.open(path, this.start > 0 ? "update" : "write");
  }
}
