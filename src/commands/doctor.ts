import { ARCHES } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { defineCommand } from "../command-line/command.ts";
import { workdirFlag } from "../command-line/flags.ts";
import { checkHost } from "../linux/checks.ts";
import type { Check } from "../linux/namespace-checks.ts";
import { workspaceAt } from "../runner/context/workspace.ts";

export const command = defineCommand<{ readonly workdir?: string }>({
  description:
    "Checks what a build needs: user namespaces and overlays (by using them), programs and disk space;\n" +
    "and what booting needs: QEMU and its firmware. The exit code is 1 if a build cannot work.",
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    const { host } = this.platform;
    const { root } = workspaceAt(this.platform, flags.workdir);
    const checks = await checkHost(this.platform, { folder: root, emulator: ARCHES[host.arch].emulator });
    this.process.stdout.write(checks.map(describe).join(""));
    const gaps = checks.filter(({ ok, required }) => required && !ok);
    if (gaps.length === 0) return;
    throw new Bq2Error(`Cannot build on this machine: ${gaps.map(({ name }) => name).join(", ")}`, {
      code: "machine-lacks",
      hint: gaps.map(({ fix }) => fix).join("; "),
    });
  },
});

function describe({ name, ok, found, fix, required }: Check): string {
  const verdict = ok ? "ok     " : required ? "MISSING" : "absent ";
  return `${verdict}  ${name}: ${found}\n${ok ? "" : `         fix: ${fix}\n`}`;
}
