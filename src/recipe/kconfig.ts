/** Kconfig's `.config`, as far as checking needs it: which option has which value. */

export interface KconfigOption {
  /** Without `CONFIG_`. */
  readonly option: string;
  /** `y`, `n`, a number, or a string with its quotes. `m` where modules are wanted. */
  readonly value: string;
}

/** One line a problem: options that were asked for and are otherwise in the finished configuration. */
export function kconfigProblems(asked: readonly KconfigOption[], dotConfig: string): string[] {
  const found = parseKconfig(dotConfig);
  return asked.flatMap(({ option, value }) => {
    const has = found.get(option) ?? "n"; // an option that depends on what is off is not written at all
    return has === value ? [] : [`CONFIG_${option}: asked ${value}, got ${has}`];
  });
}

/** Option names (without `CONFIG_`) and values; "is not set" counts as `n`. */
export function parseKconfig(dotConfig: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const line of dotConfig.split("\n")) {
    const set = /^CONFIG_([A-Za-z0-9_]+)=(.*)$/.exec(line);
    const unset = /^# CONFIG_([A-Za-z0-9_]+) is not set$/.exec(line);
    if (set !== null) options.set(set[1] ?? "", set[2] ?? "");
    else if (unset !== null) options.set(unset[1] ?? "", "n");
  }
  return options;
}
