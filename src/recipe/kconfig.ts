/**
 * Kconfig's `.config` text: written from options, and checked afterwards. Kconfig drops an option without a
 * word where something it depends on is missing, so a build that does not check gets another program than
 * it asked for. Holds for every tree that uses Kconfig (Linux, busybox). Reads and writes values only; does
 * not know what an option means or depends on. Source: Linux, Documentation/kbuild/kconfig-language.rst.
 */

export interface KconfigOption {
  /** Without the `CONFIG_` prefix. */
  readonly option: string;
  /** `y`, `n`, `m`, a number, or a string in double quotes. */
  readonly value: string;
}

/** The lines of a `.config` that ask for `options`, in their order. */
export function kconfigText(options: readonly KconfigOption[]): string {
  const line = ({ option, value }: KconfigOption) =>
    value === "n" ? `# CONFIG_${option} is not set\n` : `CONFIG_${option}=${value}\n`;
  return options.map(line).join("");
}

/** The options that a `.config` text speaks of; "is not set" is the value `n`. */
export function parseKconfig(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, option, value] =
      /^CONFIG_(\w+)=(.*)$/.exec(line) ?? /^# CONFIG_(\w+) is not set()$/.exec(line) ?? [];
    if (option !== undefined) values.set(option, value || "n");
  }
  return values;
}

/**
 * What of `asked` is not so in the finished `.config`, a sentence each; empty where all is as asked. An
 * option that the text does not speak of is a problem even where `n` was asked for: it is misspelt, or
 * another option hides it, and then it need not be named.
 *
 * @example
 * kconfigProblems([{ option: "EXT4_FS", value: "y" }], "# CONFIG_EXT4_FS is not set\n");
 * // ["CONFIG_EXT4_FS: asked for y, found n"]
 */
export function kconfigProblems(asked: readonly KconfigOption[], dotConfigText: string): string[] {
  const found = parseKconfig(dotConfigText);
  const problems: string[] = [];
  const earlier = new Map<string, string>();
  for (const { option, value } of asked) {
    if (earlier.has(option))
      problems.push(`CONFIG_${option}: asked for twice, ${earlier.get(option)} and ${value}`);
    earlier.set(option, value);
    const actual = found.get(option) ?? "nothing: unknown, or hidden by another option";
    if (actual !== value) problems.push(`CONFIG_${option}: asked for ${value}, found ${actual}`);
  }
  return problems;
}
