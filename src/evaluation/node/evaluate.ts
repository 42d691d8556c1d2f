/** {@link Evaluate} on Node: esbuild bundles the modules, and a context of `node:vm` runs them. */
import { createContext, Script } from "node:vm";
import { errorCode } from "../../base/error.ts";
import {
  type EvaluationRequest,
  evaluationError,
  NO_CLOCK,
  REMOVED_GLOBALS,
  REMOVED_METHODS,
} from "../evaluate.ts";
import { type Bundle, bundleSystem } from "./bundle.ts";

/** The name of the bundle in stack traces; there is no such file. */
const BUNDLE_NAME = "bq2-system.js";

/** Long enough for any declaration, so that an endless loop ends. */
const LONGEST_MILLISECONDS = 20_000;

/** A call in a stack trace, as V8 describes it. */
interface CallSite {
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/**
 * Runs in the realm before anything else. `stack` of an error is the empty string there; the calls go to
 * `take`, which the realm's code cannot reach.
 */
const HARDEN = `(take) => {
  ${NO_CLOCK}
  for (const name of ${JSON.stringify(REMOVED_GLOBALS)}) delete globalThis[name];
  for (const path of ${JSON.stringify(REMOVED_METHODS)})
    delete path.slice(0, -1).reduce((object, name) => object[name], globalThis)[path.at(-1)];
  const prepareStackTrace = (_error, calls) => {
    take(calls);
    return "";
  };
  Object.defineProperty(Error, "prepareStackTrace", { value: prepareStackTrace });
  Object.defineProperty(Error, "stackTraceLimit", { value: 50 });
  return () => {
    void new Error().stack;
  };
}`;

/** @throws Bq2Error `bad-system`. */
export async function evaluateOnNode(request: EvaluationRequest): Promise<string> {
  const bundle = await bundleSystem(request);
  const realm = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  let calls: readonly CallSite[] = [];
  const harden = new Script(HARDEN).runInContext(realm) as (
    take: (taken: typeof calls) => void,
  ) => () => void;
  const takeCalls = harden((taken) => {
    calls = taken;
  });
  const place = (): string | undefined => userPlace(bundle, calls);
  const readPlace = (): string | undefined => {
    takeCalls();
    return place();
  };
  Object.assign(realm, { readPlace, request: JSON.stringify(request.request) });
  try {
    new Script(bundle.code, { filename: BUNDLE_NAME }).runInContext(realm, { timeout: LONGEST_MILLISECONDS });
    return String((realm as { result?: unknown }).result);
  } catch (error) {
    throw translate(request.file, error, place);
  }
}

/** The innermost call from the user's code. */
function userPlace(bundle: Bundle, calls: readonly CallSite[]): string | undefined {
  for (const call of calls) {
    if (call.getFileName() !== BUNDLE_NAME) continue;
    const place = bundle.placeOf(call.getLineNumber() ?? 0, call.getColumnNumber() ?? 0);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The realm's errors are not instances of this realm's classes. */
function translate(file: string, error: unknown, place: () => string | undefined): unknown {
  if (errorCode(error) === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
    return evaluationError(
      file,
      { message: `it did not end within ${LONGEST_MILLISECONDS / 1000} s` },
      undefined,
    );
  }
  if (typeof error !== "object" || error === null || !("message" in error)) {
    return evaluationError(file, { message: `it threw ${String(error)}` }, place());
  }
  const { message, code, hint, stack } = error as {
    message: unknown;
    code?: unknown;
    hint?: unknown;
    stack?: unknown;
  };
  void stack; // reading it makes the calls known
  return evaluationError(
    file,
    {
      message: String(message),
      ...(typeof code === "string" && { code }),
      ...(typeof hint === "string" && { hint }),
    },
    place(),
  );
}
