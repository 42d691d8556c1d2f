/**
 * Objects for `inspect.ts`: a head that names the kind, then items and properties, on one line if they fit.
 */
import { propertyName, quote } from "./quote.ts";
import { describeFailure } from "./stack.ts";

export interface InspectOptions {
  /** How many levels of nesting are shown. */
  readonly depth?: number;
  /** How many items of an array, map or set, and how many properties are shown. */
  readonly items?: number;
  /** How many characters of a string are shown. */
  readonly stringLength?: number;
  /** How many columns a structure on one line may take. */
  readonly width?: number;
}

/** One walk over a value. */
export interface Inspection {
  readonly options: Required<InspectOptions>;
  /** The objects that contain this one, outermost first. */
  readonly path: readonly object[];
  show(value: unknown, path: readonly object[]): string;
}

/** The text around the parts, and the parts before the properties. */
interface Kind {
  readonly head: string;
  readonly open: "[" | "{";
  readonly items: readonly string[];
  /** Whether the items already show this property. */
  readonly isShown: (key: string) => boolean;
}

export function inspectObject(object: object, inspection: Inspection): string {
  const { options, path } = inspection;
  if (path.includes(object)) return "[Circular]";
  const inner: Inspection = { ...inspection, path: [...path, object] };
  const whole = inspectWhole(object, inner);
  if (whole !== undefined) return whole;
  const name = constructorName(object);
  if (path.length >= options.depth) return Array.isArray(object) ? "[Array]" : `[${name || "Object"}]`;
  const { head, open, items, isShown } = kindOf(object, name, inner);
  const parts = [...items, ...properties(object, inner, isShown)];
  const close = open === "[" ? "]" : "}";
  const start = head === "" ? open : `${head} ${open}`;
  if (typeof object === "function" && parts.length === 0) return head;
  if (parts.length === 0) return `${start}${close}`;
  return layOut(start, parts, close, options.width - 2 * path.length);
}

/** The text of an object that is shown as a whole; `undefined` if it is shown in parts. */
function inspectWhole(object: object, { path }: Inspection): string | undefined {
  if (object instanceof Error) {
    const text = describeFailure(object, String);
    return path.length === 1 ? text : `[${text.split("\n")[0]}]`;
  }
  if (object instanceof RegExp) return String(object);
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? "Invalid Date" : object.toISOString();
  if (object instanceof Promise) return "Promise {}";
  if (object instanceof WeakMap || object instanceof WeakSet) return `${constructorName(object)} {}`;
  if (object instanceof String) return `[String: ${quote(String(object))}]`;
  if (object instanceof Number || object instanceof Boolean) return `[${constructorName(object)}: ${object}]`;
  return undefined;
}

function kindOf(object: object, name: string, inspection: Inspection): Kind {
  const { options, path } = inspection;
  const show = (value: unknown): string => inspection.show(value, path);
  const isIndex = (key: string): boolean => /^\d+$/.test(key);
  if (Array.isArray(object)) {
    const head = name === "Array" ? "" : `${name}(${object.length})`;
    return { head, open: "[", items: arrayItems(object, inspection), isShown: isIndex };
  }
  if (ArrayBuffer.isView(object) && !(object instanceof DataView)) {
    const values = object as unknown as ArrayLike<number | bigint>;
    const items = limited(values.length, options.items, (i) => show(values[i]));
    return { head: `${name}(${values.length})`, open: "[", items, isShown: isIndex };
  }
  const isShown = (): boolean => false;
  if (object instanceof Map) {
    const entries = [...object].slice(0, options.items);
    const items = limited(object.size, options.items, (i) => entries[i]?.map(show).join(" => ") ?? "");
    return { head: `${name}(${object.size})`, open: "{", items, isShown };
  }
  if (object instanceof Set) {
    const values = [...object].slice(0, options.items);
    const items = limited(object.size, options.items, (i) => show(values[i]));
    return { head: `${name}(${object.size})`, open: "{", items, isShown };
  }
  if (object instanceof ArrayBuffer) {
    return { head: name, open: "{", items: [`byteLength: ${object.byteLength}`], isShown };
  }
  if (typeof object === "function") return { head: functionHead(object), open: "{", items: [], isShown };
  return { head: objectHead(object, name), open: "{", items: [], isShown };
}

/** Items of an array, at most `options.items`; a row of holes is one item. */
function arrayItems(array: readonly unknown[], { options, path, show }: Inspection): string[] {
  const items: string[] = [];
  let at = 0;
  while (at < array.length && items.length < options.items) {
    const start = at;
    while (at < array.length && !(at in array)) at += 1;
    if (at > start) items.push(`<${at - start} empty item${at - start === 1 ? "" : "s"}>`);
    else items.push(show(array[at++], path));
  }
  if (at < array.length) items.push(`… ${array.length - at} more`);
  return items;
}

function limited(count: number, most: number, item: (index: number) => string): string[] {
  const items = Array.from({ length: Math.min(count, most) }, (_, index) => item(index));
  return count > most ? [...items, `… ${count - most} more`] : items;
}

function properties(object: object, inspection: Inspection, isShown: (key: string) => boolean): string[] {
  const { options, path, show } = inspection;
  const keys = Reflect.ownKeys(object).filter((key) => {
    if (typeof key === "string" && isShown(key)) return false;
    return Object.getOwnPropertyDescriptor(object, key)?.enumerable === true;
  });
  return limited(keys.length, options.items, (index) => {
    const key = keys[index] ?? "";
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    return `${propertyName(key)}: ${descriptor === undefined ? "?" : propertyValue(descriptor, (value) => show(value, path))}`;
  });
}

function propertyValue({ get, set, value }: PropertyDescriptor, show: (value: unknown) => string): string {
  if (get === undefined && set === undefined) return show(value);
  return `[${[get && "Getter", set && "Setter"].filter(Boolean).join("/")}]`;
}

function functionHead(object: object): string {
  const { name } = object as { readonly name?: unknown };
  // A class has a `prototype` that is not writable (ECMA-262, 15.7.14). Bytecode has no source text to look
  // at.
  const isClass = Object.getOwnPropertyDescriptor(object, "prototype")?.writable === false;
  const kind = isClass ? "class" : constructorName(object) || "Function";
  return `[${kind}${typeof name === "string" && name !== "" ? ` ${name}` : " (anonymous)"}]`;
}

function objectHead(object: object, name: string): string {
  const tag: unknown = Reflect.get(object, Symbol.toStringTag);
  const kind = name === "Object" ? "" : name === "" ? "[Object: null prototype]" : name;
  if (typeof tag !== "string" || tag === "" || tag === name) return kind;
  return `${kind === "" ? "Object" : kind} [${tag}]`;
}

/** From the first prototype with a named constructor; empty for objects without a prototype. */
function constructorName(object: object): string {
  for (let at: object | null = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof maker === "function" && maker.name !== "") return maker.name;
  }
  return "";
}

/** On one line if it fits into `width`; else several short parts per line; else one part per line. */
function layOut(start: string, parts: readonly string[], close: string, width: number): string {
  const oneLine = `${start} ${parts.join(", ")} ${close}`;
  if (oneLine.length <= width && !oneLine.includes("\n")) return oneLine;
  const isShort = parts.length > 6 && parts.every((part) => part.length <= 6 && !part.includes(":"));
  const lines = isShort ? fill(parts, width) : parts.map((part) => part.replaceAll("\n", "\n  "));
  return `${start}\n  ${lines.join(",\n  ")}\n${close}`;
}

/** Lines with as many parts as fit, in columns of the same width. */
function fill(parts: readonly string[], width: number): string[] {
  const column = Math.max(...parts.map((part) => part.length)) + 2;
  const perLine = Math.max(1, Math.floor(width / column));
  const lines: string[] = [];
  for (let at = 0; at < parts.length; at += perLine) {
    lines.push(
      parts
        .slice(at, at + perLine)
        .map((part) => part.padStart(column - 2))
        .join(", "),
    );
  }
  return lines;
}
