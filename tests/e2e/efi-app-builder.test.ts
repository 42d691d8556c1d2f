/**
 * `bq2 efi-app-builder` as a user calls it: the same bytes everywhere, one clear error for each bad input.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { noise, withFolder } from "../disk-file.ts";
import { canMakeApps, type EfiKit, KIT_MINUTES, makeKit } from "../efi/kit.ts";

const available = canMakeApps();
let kit: EfiKit;
beforeAll(async () => {
  if (available) kit = await makeKit();
}, KIT_MINUTES * 60_000);

const bq2 = resolve("bin/bq2");

function build(cwd: string, ...args: readonly string[]): string {
  return execFileSync(bq2, ["efi-app-builder", "--workdir", kit.workdir, ...args], { cwd, encoding: "utf8" });
}

describe.skipIf(!available)("an application", () => {
  test("is the same from two folders, for both architectures; its runtime has at most 800 KB", async () => {
    const applicationIn = (folder: string, arch: string): Buffer => {
      mkdirSync(join(folder, "src"));
      copyFileSync("examples/efi/list-files.ts", join(folder, "src/app.ts"));
      const words = ["--input", "src/app.ts", "--output", "out/app.efi", "--arch", arch, "--keep-object"];
      expect(build(folder, ...words)).toMatch(new RegExp(`Wrote .*/out/app.efi \\(${arch}, \\d+ modules`));
      const [runtime, program, application] = ["app.efi.runtime", "app.efi.program", "app.efi"].map((name) =>
        readFileSync(join(folder, "out", name)),
      );
      expect(runtime?.length).toBeLessThanOrEqual(800_000);
      expect(program?.length).toBeGreaterThan(1000);
      expect(application?.includes(program ?? "")).toBe(true);
      return application ?? Buffer.of();
    };
    for (const arch of ["x86_64", "aarch64"]) {
      await withFolder(async (a) => {
        await withFolder((b) => {
          expect(applicationIn(a, arch).equals(applicationIn(b, arch))).toBe(true);
        });
      });
    }
  });
});

describe.skipIf(!available)("the command", () => {
  test("by default builds for this machine and keeps no objects, and explains itself", async () => {
    await withFolder((folder) => {
      const words = ["--input", resolve("examples/efi/hello.ts"), "--output", "hello.efi"];
      expect(build(folder, ...words)).toContain(`(${process.arch === "x64" ? "x86_64" : "aarch64"}, `);
      expect(readdirSync(folder)).toEqual(["hello.efi"]);
    });
    const help = execFileSync(bq2, ["efi-app-builder", "--help"], { encoding: "utf8" });
    for (const word of ["--input", "--output", "--arch", "--keep-object", "--runtime"])
      expect(help).toContain(word);
    expect(help).toContain("docs/efi.md");
  });
});

describe.skipIf(!available)("refused with one clear error, with nothing left behind", () => {
  const HELLO =
    'import { powerOff } from "efi";\nconst text: string = "hello";\nconsole.log(text);\npowerOff();\n';

  test.each<readonly [name: string, text: string | Uint8Array, says: RegExp]>([
    ["a wrong type", HELLO.replace('"hello"', "7"), /app\.ts:2:7: Type 'number' is not assignable .*TS2322/],
    ["cut in the middle", HELLO.slice(0, 45), /app\.ts:2:\d+: .*TS\d+/],
    ["noise", noise(10_000, 5), /Cannot build app\.ts: \d+ problems[\s\S]*more/],
    ["huge", new Uint8Array(5_000_000).fill(0x20), /it has 5000000 bytes, the limit is 4194304/],
    [
      "a name that the bindings do not have",
      HELLO.replaceAll("powerOff", "powerUp"),
      /no exported member .?.powerUp/,
    ],
    ["a package", `import "left-pad";\n${HELLO}`, /left-pad/],
    ["a missing file", `import "./none.ts";\n${HELLO}`, /none\.ts: no such file or folder/],
    ["more than types", `enum Color { red }\n${HELLO}`, /app\.ts:1:6: .*erasableSyntaxOnly/],
  ])("%s", async (_name, text, says) => {
    await withFolder(async (folder) => {
      const input = join(folder, "app.ts");
      writeFileSync(input, text);
      expect(await kit.failure(input)).toMatch(says);
    });
  });

  test("a missing file, and a runtime that is damaged or another machine's", async () => {
    expect(await kit.failure("/nowhere/app.ts")).toMatch(/\/nowhere\/app\.ts/);
    const hello = "examples/efi/hello.ts";
    expect(await kit.failure(hello, "--runtime", "package.json")).toMatch(/Cannot use the ELF file/);
    const other = kit.file("usr/lib/bq2/efi/runtime-aarch64");
    expect(await kit.failure(hello, "--arch", "x86_64", "--runtime", other)).toMatch(
      /for aarch64, wanted x86_64/,
    );
  });
});
