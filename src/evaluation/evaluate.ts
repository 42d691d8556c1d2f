/**
 * Evaluates a system file in a fresh realm, together with the recipes and the planner. The realm lacks the
 * clock, randomness, locales, the stack of errors, and every way out, so that a file gives the same plan on
 * any machine. This guards against accidents: a file that means harm is a program that the user runs.
 *
 * Only canonical JSON leaves the realm.
 */
import { Bq2Error } from "../base/error.ts";

export interface EvaluationRequest {
  /** The system file; absolute. */
  readonly file: string;
  /** The project's folder, with `src/`, `pkgs/` and `systems/`. */
  readonly projectFolder: string;
  /** Passed to `planSystem` in `systems/plan.ts`, as JSON. */
  readonly request: unknown;
}

/** Returns what `planSystem` returns. */
export type Evaluate = (request: EvaluationRequest) => Promise<string>;

/** Modules that a system file may import, and the files that they are, below the project's folder. */
export const SYSTEM_MODULES: { readonly [specifier: string]: string } = {
  "bq2/system": "systems/kit.ts",
  "bq2/packages": "systems/packages.ts",
};

/** The folders whose code is not the user's. */
export const OWN_FOLDERS = ["src", "pkgs", "systems"] as const;

/** Global names that a realm must not have, because they vary by machine, time or engine, or lead out. */
export const REMOVED_GLOBALS = [
  ...["Intl", "Temporal", "performance", "crypto", "console", "navigator", "process", "require"],
  ...["WeakRef", "FinalizationRegistry", "Atomics", "SharedArrayBuffer", "WebAssembly", "eval"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "escape", "unescape"],
] as const;

/**
 * JavaScript that puts something in the place of `Date`, which libraries name in `instanceof`; nobody can
 * make one.
 */
export const NO_CLOCK = `
  const noClock = () => {
    throw new TypeError("there is no clock here");
  };
  globalThis.Date = class Date {
    static now = noClock;
    static parse = noClock;
    static UTC = noClock;
    constructor() {
      noClock();
    }
  };
`;

/** Methods whose results depend on the locale or the machine, as paths from the global object. */
export const REMOVED_METHODS = [
  ["Math", "random"],
  ["Error", "captureStackTrace"],
  ["String", "prototype", "localeCompare"],
  ["String", "prototype", "toLocaleLowerCase"],
  ["String", "prototype", "toLocaleUpperCase"],
  ["String", "prototype", "normalize"],
  ["Number", "prototype", "toLocaleString"],
  ["BigInt", "prototype", "toLocaleString"],
  ["Array", "prototype", "toLocaleString"],
  ["Object", "prototype", "toLocaleString"],
] as const;

/** An error that left the realm. `place`: where the user's code threw it, such as `system.ts:3:9`. */
export function evaluationError(
  file: string,
  error: { readonly message: string; readonly code?: string; readonly hint?: string },
  place: string | undefined,
): Bq2Error {
  if (error.code !== undefined) {
    return new Bq2Error(error.message, { code: error.code, hint: error.hint });
  }
  return new Bq2Error(`Cannot evaluate ${file}: ${place === undefined ? "" : `${place}: `}${error.message}`, {
    code: "bad-system",
    hint: "a system file cannot use the clock, randomness, files, the network, locales or the stack",
  });
}
