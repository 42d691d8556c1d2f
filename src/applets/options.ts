/**
 * Command lines as GNU's programs read them (getopt_long(3)): `-xzf FILE`, `-fFILE`, `--file=FILE`, `--file
 * FILE`, abbreviated long names where they are unambiguous, options after operands, and `--` before operands
 * that look like options.
 */
import { usageError } from "./applet.ts";

/**
 * Options by their long names. The text has the short letters, followed by `:` if the option takes a value:
 * `{ file: "f:" }` is `-f FILE` and `--file FILE`; `{ "strip-components": ":" }` has no short form.
 */
export interface OptionTable {
  readonly [longName: string]: string;
}

/** One option or operand of the command line; `value` is empty for an option that takes none. */
export type Item<Name extends string> =
  | { readonly kind: "option"; readonly name: Name; readonly value: string }
  | { readonly kind: "operand"; readonly value: string };

/**
 * The options and operands in the order of the command line. Throws a usage error for an option not in the
 * table.
 */
export function readOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
): Item<keyof T & string>[] {
  const items: Item<keyof T & string>[] = [];
  const rest = args[Symbol.iterator]();
  const next = (spelling: string): string => {
    const { value, done } = rest.next();
    if (done === true) throw usageError(`option '${spelling}' requires an argument`);
    return value;
  };
  for (const word of rest) {
    if (word === "--") for (const value of rest) items.push({ kind: "operand", value });
    else if (word.startsWith("--")) items.push(longOption(table, word, next));
    else if (word.startsWith("-") && word !== "-") items.push(...shortOptions(table, word.slice(1), next));
    else items.push({ kind: "operand", value: word });
  }
  return items;
}

function longOption<T extends OptionTable>(
  table: T,
  word: string,
  next: (spelling: string) => string,
): Item<keyof T & string> {
  const [given = "", ...value] = word.slice(2).split("=");
  const names = Object.keys(table).filter((name) => name.startsWith(given));
  const name = names.includes(given) ? given : names[0];
  if (name === undefined) throw usageError(`unrecognized option '--${given}'`);
  if (name !== given && names.length > 1) throw usageError(`option '--${given}' is ambiguous`);
  if (takesValue(table, name))
    return { kind: "option", name, value: value.length > 0 ? value.join("=") : next(`--${name}`) };
  if (value.length > 0) throw usageError(`option '--${name}' doesn't allow an argument`);
  return { kind: "option", name, value: "" };
}

function* shortOptions<T extends OptionTable>(
  table: T,
  letters: string,
  next: (spelling: string) => string,
): Generator<Item<keyof T & string>> {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? "";
    const name = Object.keys(table).find((key) => letter !== ":" && table[key]?.includes(letter));
    if (name === undefined) throw usageError(`invalid option -- '${letter}'`);
    if (!takesValue(table, name)) {
      yield { kind: "option", name, value: "" };
      continue;
    }
    const attached = letters.slice(at + 1);
    yield { kind: "option", name, value: attached === "" ? next(`-${letter}`) : attached };
    return;
  }
}

function takesValue(table: OptionTable, name: string): boolean {
  return table[name]?.endsWith(":") === true;
}
