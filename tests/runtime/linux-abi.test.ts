/** All copies of the kernel's numbers agree with the pinned kernel's headers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { SYSCALLS } from "../../src/platform/linux-abi.ts";
import { linuxAbi } from "../../tools/linux-abi.ts";
import { projectFolder } from "../../tools/project-files.ts";

test("src/platform/linux-abi.ts is the output of `npm run linux-abi` for the pinned headers", () => {
  const file = readFileSync(join(projectFolder, "src/platform/linux-abi.ts"), "utf8");
  expect(file).toBe(linuxAbi(inject("built").sources.linux ?? ""));
});

test("native/bootstrap.mjs, which runs before TypeScript is loaded, has the same numbers", () => {
  const text = readFileSync(join(projectFolder, "native/bootstrap.mjs"), "utf8");
  for (const arch of ["x86_64", "aarch64"] as const) {
    const table = new RegExp(`^ {2}${arch}: \\{(.*)\\},$`, "m").exec(text)?.[1] ?? "";
    const entries = [...table.matchAll(/(\w+): (\d+)/g)].map(([, name, number]) => [name, Number(number)]);
    expect(entries.length).toBe(4);
    for (const [name, number] of entries)
      expect(SYSCALLS[name as keyof typeof SYSCALLS][arch], `${arch} ${name}`).toBe(number);
  }
});
