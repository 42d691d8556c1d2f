/**
 * The few test words that shared code needs, the same under Node (vitest) and under QuickJS. Under
 * vitest `test` is the runner's own; elsewhere tests wait in {@link pendingTests} for a runner.
 */
import { canonicalJson } from "./json.ts";

type Body = () => void | Promise<void>;
type Register = (name: string, body: Body) => void;

/** Tests that no runner has taken yet, in the order they were declared. */
export const pendingTests: { readonly name: string; readonly body: Body }[] = [];

const runner = (globalThis as { readonly test?: Register }).test;

export function test(name: string, body: Body): void {
  if (runner === undefined) pendingTests.push({ name, body });
  else runner(name, body);
}

/** A plain form for comparing and showing: bytes as hexadecimal, maps as pairs, bigints as text. */
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
  ok(value: unknown, message = "a true value was wanted"): asserts value {
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
  /** Runs `body`, which must throw; gives the error for further looks. */
  throws(body: () => unknown, pattern?: RegExp): Error {
    try {
      body();
    } catch (error) {
      return checked(error, pattern);
    }
    return fail("an error was wanted, none was thrown");
  },
  async rejects(body: () => Promise<unknown>, pattern?: RegExp): Promise<Error> {
    try {
      await body();
    } catch (error) {
      return checked(error, pattern);
    }
    return fail("a rejection was wanted, none came");
  },
};

/** The annotation is what lets `assert.ok` narrow types (TypeScript error 2775 without it). */
export const assert: typeof assertions = assertions;

function checked(error: unknown, pattern: RegExp | undefined): Error {
  if (!(error instanceof Error)) return fail(`an Error was wanted, found ${String(error)}`);
  if (pattern !== undefined) assert.match(error.message, pattern);
  return error;
}
