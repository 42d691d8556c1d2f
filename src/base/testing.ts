/**
 * The few test functions that shared tests need, the same under Node (vitest) and QuickJS. Under vitest
 * `test` is vitest's own; elsewhere tests wait in {@link pendingTests} for a runner.
 */
import { canonicalJson } from "./json.ts";

type Body = () => void | Promise<void>;
type Register = (name: string, body: Body) => void;

/** Tests that no runner has taken yet, in the order of declaration. */
export const pendingTests: { readonly name: string; readonly body: Body }[] = [];

const runner = (globalThis as { readonly test?: Register }).test;

export function test(name: string, body: Body): void {
  if (runner === undefined) pendingTests.push({ name, body });
  else runner(name, body);
}

/** A plain form to compare and print: bytes as hexadecimal, maps as pairs, bigints as text. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return `bytes:${Array.from(value, (b) => b.toString(16).padStart(2, "0")).join("")}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value === undefined) return "undefined";
  if (value instanceof Map) return Array.from(value, (pair) => pair.map(plain));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function fail(message: string): never {
  throw new Error(message);
}

const assertions = {
  ok(value: unknown, message = "wanted a true value"): asserts value {
    if (!value) fail(`${message}, found ${String(value)}`);
  },
  /** Deep equality; bytes, maps and bigints included. */
  equal(actual: unknown, expected: unknown, message = "values differ"): void {
    const found = canonicalJson(plain(actual));
    const wanted = canonicalJson(plain(expected));
    if (found !== wanted) fail(`${message}:\n  found  ${found}\n  wanted ${wanted}`);
  },
  match(text: string, pattern: RegExp): void {
    if (!pattern.test(text)) fail(`"${text}" does not match ${pattern}`);
  },
  /** Runs `body`, which must throw, and returns the error. */
  throws(body: () => unknown, pattern?: RegExp): Error {
    try {
      body();
    } catch (error) {
      return checked(error, pattern);
    }
    return fail("wanted an error, none was thrown");
  },
  async rejects(body: () => Promise<unknown>, pattern?: RegExp): Promise<Error> {
    try {
      await body();
    } catch (error) {
      return checked(error, pattern);
    }
    return fail("wanted a rejection, the promise was fulfilled");
  },
};

/** The annotation lets `assert.ok` narrow types (TypeScript error 2775 without it). */
export const assert: typeof assertions = assertions;

function checked(error: unknown, pattern: RegExp | undefined): Error {
  if (!(error instanceof Error)) return fail(`wanted an Error, found ${String(error)}`);
  if (pattern !== undefined) assert.match(error.message, pattern);
  return error;
}
