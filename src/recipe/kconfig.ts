/**
 * Writes Kconfig's `.config` text from options, and checks the finished one. Kconfig silently drops an option
 * if something that it depends on is missing, so without the check a build would get a different program from
 * the one it asked for. This works for every source tree that uses Kconfig (Linux, busybox). It reads and
 * writes values only, and does not know what an option means or depends on. Source: Linux,
 * Documentation/kbuild/kconfig-language.rst.
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

/** The options that a `.config` text mentions. "is not set" is the value `n`. */
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
 * One sentence for each option of `asked` whose value differs in the finished `.config`. An option that the
 * text does not mention is a problem even if `n` was asked for: either its name is misspelt, or another
 * option hides it and it need not be listed.
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
