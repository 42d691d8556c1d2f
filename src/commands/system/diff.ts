import { differences } from "../../base/json.ts";
import { defineCommand } from "../../command-line/command.ts";
import { evaluateSystem, requireSystemFile, systemParameter } from "../../command-line/target.ts";

export const diffCommand = defineCommand<Readonly<Record<never, never>>, [string, string]>({
  description:
    "Evaluates both system files and prints a line for each value that differs: where it is, the first\n" +
    "system's value and the second's. The exit code is 1 if there is one.",
  parameters: {
    flags: {},
    positional: { kind: "tuple", parameters: [systemParameter, systemParameter] },
  },
  async func(_flags, first, second) {
    const a = await evaluateSystem(this, requireSystemFile(this, first), {});
    const b = await evaluateSystem(this, requireSystemFile(this, second), {});
    const lines = differences(a.system, b.system).map(
      ({ path, a: left, b: right }) => `${path}: ${shown(left)} -> ${shown(right)}\n`,
    );
    this.process.stdout.write(lines.join(""));
    this.setExitCode(lines.length === 0 ? 0 : 1);
  },
});

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
