/** What a caller may branch on: never the text, only {@link Bq2Error.code}. */
export interface Bq2ErrorOptions {
  /** Stable, in kebab-case: `digest-mismatch`, `workspace-locked`, … */
  readonly code: string;
  /** What to do about it; printed after the message as `(hint: …)`. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The only error meant for users. The message says what was wanted and what was found, the hint what to do.
 *
 * @example
 * throw new Bq2Error("Cannot use musl-1.2.5.tar.gz: sha256 is a1…, pinned b2…", {
 *   code: "digest-mismatch",
 *   hint: "delete it and run again, or check the mirror",
 * });
 */
export class Bq2Error extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, options: Bq2ErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Bq2Error";
    this.code = options.code;
    this.hint = options.hint;
  }
}

/** The code of any error that carries one (ours, or an errno name such as `ENOENT`), else `undefined`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** One line for a terminal: the message and, where there is one, the hint. */
export function describeError(error: unknown): string {
  if (error === null) return "out of memory"; // QuickJS throws null when it has no memory left for an error
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof Bq2Error && error.hint !== undefined ? ` (hint: ${error.hint})` : "";
  return `${error.message}${hint}`;
}
