/**
 * Tools of the image that this project writes itself instead of taking busybox's or another package's: what a
 * tool receives, and how it is run. Each tool has its own folder; `table.ts` loads it. File names are bytes
 * (`base/text.ts`). Output is English in every locale.
 */
import { Bq2Error, describeError, errorCode } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Network } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import { isReaderGone, READER_GONE } from "../platform/standard-streams.ts";
import { VERSION } from "../version.ts";

export interface AppletContext {
  readonly platform: Platform;
  readonly network: Network;
  /** An open descriptor, as is `stdout`. */
  readonly stdin: number;
  readonly stdout: number;
}

export interface Applet {
  readonly usage: string;
  /** The exit code for a wrong command line and for any error that stops the tool: that of the original. */
  readonly failureCode: number;
  /** What `--version` prints, for tools whose callers parse it. By default it is this program's version. */
  readonly version?: string;
  /** Returns the exit code. An error that it throws is reported as `name: message`. */
  run(context: AppletContext, args: readonly string[]): Promise<number>;
}

/** Runs a tool as a shell would. Its messages begin with `name`. */
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

/** For a command line that makes no sense. */
export function usageError(message: string): Bq2Error {
  return new Bq2Error(message, { code: USAGE });
}

/**
 * The path of the command line made absolute. It is not resolved, because only the kernel can follow
 * `link/..`.
 */
export function absolutePath(context: AppletContext, path: string): string {
  return path.startsWith("/") ? path : `${context.platform.host.cwd}/${path}`;
}

const FLUSH_LENGTH = 8192; // characters, mostly two pages of memory

/**
 * Text for standard output, collected so that each system call writes much of it. The caller flushes at the
 * end.
 */
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
    if (this.#length > FLUSH_LENGTH) this.flush();
  }

  flush(): void {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    if (text !== "") this.#context.platform.files.write(this.#context.stdout, encodeUtf8(text), null);
  }
}
