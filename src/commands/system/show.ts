import { prettyJson } from "../../base/json.ts";
import { defineCommand } from "../../command-line/command.ts";
import { evaluateSystem, requireSystemFile, systemParameter } from "../../command-line/target.ts";

export const showCommand = defineCommand<Readonly<Record<never, never>>, [string?]>({
  description:
    "Evaluates the system file and prints the system as JSON: every value that it states, and the\n" +
    "defaults of all others. Packages are shown by name.",
  parameters: {
    flags: {},
    positional: { kind: "tuple", parameters: [{ ...systemParameter, optional: true }] },
  },
  async func(_flags, word) {
    const { system } = await evaluateSystem(this, requireSystemFile(this, word), {});
    this.process.stdout.write(prettyJson(system));
  },
});
