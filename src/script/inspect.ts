/**
 * Values as text, for the prompt and console.log: their contents, in the language's own notation if it has
 * one. Runs none of the value's code except `Symbol.toStringTag`: getters are named, not run.
 *
 * Limits: depth, items per collection, total characters.
 */
import { type InspectOptions, inspectObject } from "./inspect-object.ts";
import { quote } from "./quote.ts";

const DEFAULTS: Required<InspectOptions> = { depth: 3, items: 100, stringLength: 2000, width: 76 };

/** Nobody reads more on a terminal. */
const MOST_CHARACTERS = 50_000;

/**
 * @example
 * inspect({ a: [1, "two"], m: new Map([[1n, null]]) }); // { a: [ 1, 'two' ], m: Map(1) { 1n => null } }
 */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  const all = { ...DEFAULTS, ...options };
  const show = (part: unknown, path: readonly object[]): string =>
    isObject(part) ? inspectObject(part, { options: all, path, show }) : inspectPrimitive(part, all);
  const text = show(value, []);
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}… ${text.length - MOST_CHARACTERS} more characters`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function inspectPrimitive(value: unknown, { stringLength }: Required<InspectOptions>): string {
  if (typeof value === "string") {
    if (value.length <= stringLength) return quote(value);
    return `${quote(value.slice(0, stringLength))}… ${value.length - stringLength} more characters`;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return String(value); // numbers, booleans, symbols, null, undefined
}
