import { type AppletContext, TextOutput } from "../applet.ts";
import type { TarJob } from "./options.ts";

/** Prints names, on standard error if standard output has the archive or a file, and problems. */
export class TarReport {
  readonly #context: AppletContext;
  readonly #out: TextOutput;
  readonly #usesError: boolean;
  #hasFailed = false;
  readonly #told = new Set<string>();

  constructor(context: AppletContext, job: TarJob) {
    this.#context = context;
    this.#out = new TextOutput(context);
    this.#usesError = job.toStdout || (job.mode === "create" && job.archive === undefined);
  }

  line(text: string): void {
    if (this.#usesError) this.#context.platform.host.writeError(`${text}\n`);
    else this.#out.write(`${text}\n`);
  }

  /** Prints a warning, unless it was printed before. */
  warn(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#context.platform.host.writeError(`tar: ${text}\n`);
  }

  /** Reports something that was left out. The run continues and ends with exit code 2. */
  fail(text: string): void {
    this.warn(text);
    this.#hasFailed = true;
  }

  finish(): number {
    this.#out.flush();
    if (!this.#hasFailed) return 0;
    this.warn("Exiting with failure status due to previous errors");
    return 2;
  }
}
