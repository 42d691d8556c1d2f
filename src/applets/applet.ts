/**
 * Commands of the image that are written here in place of busybox's and others': what they get, and how they
 * are run. Each is a file of its own, named in `table.ts`. File names are bytes (`base/text.ts`); output is
 * English and the same in every locale.
 */
import { Bq2Error, describeError, errorCode } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Network, Platform } from "../platform/platform.ts";
import { isReaderGone, READER_GONE } from "../platform/standard-streams.ts";
import { VERSION } from "../version.ts";

export interface AppletContext {
  readonly platform: Platform;
  readonly network: Network;
  /** Open descriptors. */
  readonly stdin: number;
  readonly stdout: number;
}

export interface Applet {
  readonly usage: string;
  /** The exit code of a wrong command line, and of what stops the command: as the original has it. */
  readonly failureCode: number;
  /** What `--version` prints where callers read it; else it is this program's. */
  readonly version?: string;
  /** Gives the exit code. Errors that are thrown are told as `name: message`. */
  run(context: AppletContext, args: readonly string[]): Promise<number>;
}

/** Runs a command as the shell would; `name` stands before its messages. */
export async function runApplet(
  name: string,
  applet: Applet,
  context: AppletContext,
  args: readonly string[],
): Promise<number> {
  const { platform, stdout } = context;
  try {
    if (args.includes("--help")) {
      platform.files.write(stdout, encodeUtf8(applet.usage), null);
      return 0;
    }
    if (args[0] === "--version") {
      platform.files.write(stdout, encodeUtf8(`${applet.version ?? `${name} (bq2) ${VERSION}`}\n`), null);
      return 0;
    }
    return await applet.run(context, args);
  } catch (error) {
    if (isReaderGone(error)) return READER_GONE;
    const hint = errorCode(error) === USAGE ? `Try '${name} --help' for more information.\n` : "";
    platform.host.writeError(`${name}: ${describeError(error)}\n${hint}`);
    return applet.failureCode;
  }
}

const USAGE = "usage";

/** A command line that cannot be meant. */
export function usageError(message: string): Bq2Error {
  return new Bq2Error(message, { code: USAGE });
}

/** `path` as the command line has it, absolute; not resolved: `link/..` is for the kernel to follow. */
export function absolutePath(context: AppletContext, path: string): string {
  return path.startsWith("/") ? path : `${context.platform.host.cwd}/${path}`;
}

/** Standard output as text, gathered to pieces worth a system call. To be flushed at the end. */
export class TextOutput {
  readonly #context: AppletContext;
  #parts: string[] = [];
  #length = 0;

  constructor(context: AppletContext) {
    this.#context = context;
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > 8192) this.flush();
  }

  flush(): void {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    if (text !== "") this.#context.platform.files.write(this.#context.stdout, encodeUtf8(text), null);
  }
}
