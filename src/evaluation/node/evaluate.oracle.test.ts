/** System files that try to depend on something: each is refused, or cannot affect the plan. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFolder } from "../../../tools/project-files.ts";
import { evaluateOnNode } from "./evaluate.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-system-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const REQUEST = { arch: "x86_64", seedArch: "x86_64", seed: "debian-12" };
let count = 0;

/** The evaluation of a system file with this text, and perhaps other files beside it. */
async function evaluate(text: string, others: { readonly [path: string]: string } = {}): Promise<string> {
  const place = join(folder, String(count++));
  mkdirSync(place);
  for (const [path, content] of Object.entries(others)) writeFileSync(join(place, path), content);
  const file = join(place, "system.ts");
  writeFileSync(file, text);
  return evaluateOnNode({ file, projectFolder, request: REQUEST });
}

const IMPORTS = 'import { dhcp, file, folder, group, link, service, system, user } from "bq2/system";\n';

function withMotd(expression: string): string {
  return `${IMPORTS}export default system({ name: "a", files: [file("/etc/motd", String(${expression}))] });`;
}

async function messageOf(text: string): Promise<string> {
  return evaluate(text).then(
    () => "no error",
    (error: unknown) => {
      expect(error).toMatchObject({ code: "bad-system" });
      return error instanceof Error ? error.message : "no Error";
    },
  );
}

test("the same file gives the same plan, which has the artifact's name and no host path", async () => {
  const text = withMotd('"hello"');
  const [first, second] = [await evaluate(text), await evaluate(text)];
  expect(second).toBe(first);
  const { plan, system } = JSON.parse(first);
  expect(plan.profile).toBe("a");
  expect(JSON.stringify(plan)).not.toContain(folder);
  expect(JSON.stringify(plan)).toContain('"file":"a-x86_64"');
  expect(system.files).toEqual([
    { kind: "file", path: "/etc/motd", text: "hello", mode: 0o644, user: "root", group: "root" },
  ]);
});

test.each([
  ["the clock", "Date.now()", /there is no clock here/],
  ["the clock, made", "new Date()", /there is no clock here/],
  ["randomness", "Math.random()", /Math\.random is not a function/],
  ["a timer", "performance.now()", /performance is not defined/],
  ["the locale", "new Intl.NumberFormat().format(1)", /Intl is not defined/],
  ["the locale of a number", "(1e6).toLocaleString()", /toLocaleString is not a function/],
  ["the order of a locale", '"a".localeCompare("b")', /localeCompare is not a function/],
  ["the environment", "process.env.HOME", /process is not defined/],
  ["the network", 'fetch("http://127.0.0.1/")', /fetch is not defined/],
  ["collected garbage", "new WeakRef({}).deref()", /WeakRef is not defined/],
  ["code from text", 'eval("1")', /eval is not/],
  [
    "code from text, by a constructor",
    '(() => {}).constructor("return 1")()',
    /Code generation from strings/,
  ],
])("%s is refused, and the place is named", async (_what, expression, pattern) => {
  const message = await messageOf(withMotd(expression));
  expect(message).toMatch(pattern);
  expect(message).toMatch(/system\.ts:2:\d+: /);
});

test("modules of Node and the addresses of modules are refused", async () => {
  expect(
    await messageOf(`import { readFileSync } from "node:fs";\n${withMotd('readFileSync("/etc/passwd")')}`),
  ).toMatch(/system\.ts:1:\d+: Could not resolve "node:fs"/);
  expect(await messageOf(`await Promise.resolve();\n${withMotd("1")}`)).toMatch(
    /system\.ts:1:\d+: Top-level await/,
  );
});

test("the stack of an error cannot affect the plan", async () => {
  const { system } = JSON.parse(await evaluate(withMotd("JSON.stringify(new Error('x').stack)")));
  expect(system.files[0].text).toBe('""');
});

test("an endless loop ends", { timeout: 60_000 }, async () => {
  expect(await messageOf(`for (;;) {}\n${withMotd("1")}`)).toMatch(/did not end within 20 s/);
});

test("a default export that is not a system is refused", async () => {
  expect(await messageOf("export default { name: 1 };")).toMatch(/its default export is not a system/);
});
