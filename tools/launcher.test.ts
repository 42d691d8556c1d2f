/** `bin/bq2` and the bundler, on copies beside a small program. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { projectFolder } from "./project-files.ts";

const PROGRAM = `
import { readdirSync, readFileSync } from "node:fs";

function isChild(pid: string): boolean {
  try {
    return readFileSync("/proc/" + pid + "/status", "utf8").includes("PPid:\\t" + process.pid + "\\n");
  } catch {
    return false;
  }
}

export async function mainOnNode(name: string, args: readonly string[]): Promise<number> {
  if (args[0] === "children") console.log(readdirSync("/proc").filter(isChild).length);
  if (args[0] === "fail") (await import("./fail.ts")).fail();
  console.log(JSON.stringify([name, ...args]));
  return args.length;
}
`;
const FAILING_PART = `interface Unused {
  readonly text: string;
}

export function fail(): never {
  throw new Error("as asked");
}
`;
const NOBODY = 65534;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A project with the launcher, the bundler and the program above. */
function makeProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "launcher #%?-")); // not a plain URL
  folders.push(folder);
  chmodSync(folder, 0o755);
  for (const name of ["bin", "tools", "src", "pkgs"]) mkdirSync(join(folder, name));
  for (const file of ["bin/bq2", "tools/bundle.mjs", "package.json"]) {
    cpSync(join(projectFolder, file), join(folder, file));
  }
  symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src/main-node.ts"), PROGRAM);
  writeFileSync(join(folder, "src/fail.ts"), FAILING_PART);
  return folder;
}

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function run(argv: readonly string[], uid?: number): Promise<Result> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { cwd: "/", ...(uid === undefined ? {} : { uid, gid: uid }) });
  let out = "";
  let error = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, error }));
  });
}

test("the program gets the arguments and returns the exit code", async () => {
  const folder = makeProject();
  const result = await run([join(folder, "bin/bq2"), "a", "b c"]);
  expect(result).toEqual({ code: 2, out: '["bq2","a","b c"]\n', error: "" });
});

test("a symbolic link's name is the program's name", async () => {
  const folder = makeProject();
  symlinkSync("bq2", join(folder, "bin/sysroot-runner"));
  symlinkSync(join(folder, "bin/bq2"), join(folder, "elsewhere"));
  expect((await run([join(folder, "bin/sysroot-runner"), "--help"])).out).toBe(
    '["sysroot-runner","--help"]\n',
  );
  expect((await run([join(folder, "elsewhere")])).out).toBe('["elsewhere"]\n');
});

test("the bundle also runs without the launcher, even through a link to its folder", async () => {
  const folder = makeProject();
  await run([join(folder, "bin/bq2")]);
  symlinkSync("dist", join(folder, "link"));
  for (const path of ["dist/bq2.js", "link/bq2.js"]) {
    expect(await run([process.execPath, join(folder, path), "x"])).toMatchObject({
      code: 1,
      out: '["bq2","x"]\n',
    });
  }
});

test("the sources are bundled again only if one is newer or removed", async () => {
  const folder = makeProject();
  const entry = join(folder, "dist/bq2.js");
  await run([join(folder, "bin/bq2")]);
  const first = statSync(entry).ino;
  await run([join(folder, "bin/bq2")]);
  expect(statSync(entry).ino).toBe(first);

  writeFileSync(join(folder, "src/main-node.ts"), PROGRAM.replace("[name", '["changed", name'));
  expect((await run([join(folder, "bin/bq2")])).out).toBe('["changed","bq2"]\n');

  rmSync(join(folder, "src/fail.ts"));
  expect((await run([join(folder, "bin/bq2")])).error).toContain("fail.ts");
});

test.skipIf(!existsSync("/proc/self/status"))("the bundler has ended when the program runs", async () => {
  const { out } = await run([join(makeProject(), "bin/bq2"), "children"]);
  expect(out).toBe('0\n["bq2","children"]\n');
});

test("simultaneous first runs all work, and leave no temporary files", async () => {
  const folder = makeProject();
  const results = await Promise.all([1, 2, 3].map((n) => run([join(folder, "bin/bq2"), `${n}`])));
  expect(results.map((result) => result.out)).toEqual([1, 2, 3].map((n) => `["bq2","${n}"]\n`));
  expect(readdirSync(join(folder, "dist")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("errors show the TypeScript file and line, also in parts loaded on demand", async () => {
  const { code, error } = await run([join(makeProject(), "bin/bq2"), "fail"]);
  expect(code).not.toBe(0);
  expect(error).toContain("src/fail.ts:6:9");
});

test("sources that do not parse are an error, and the old bundle stays", async () => {
  const folder = makeProject();
  await run([join(folder, "bin/bq2")]);
  writeFileSync(join(folder, "src/main-node.ts"), "export const mainOnNode = ;");
  const { code, error } = await run([join(folder, "bin/bq2")]);
  expect(code).toBe(1);
  expect(error).toContain("main-node.ts:1:26");
  expect(error).toContain("bq2: Cannot bundle the sources: ");
  expect(error).not.toContain("    at "); // no stack
  expect((await run([process.execPath, join(folder, "dist/bq2.js")])).code).toBe(0);
});

test("without its packages it says what to run", async () => {
  const folder = makeProject();
  rmSync(join(folder, "node_modules"));
  const { code, error } = await run([join(folder, "bin/bq2")]);
  expect(code).toBe(1);
  expect(error).toMatch(/^bq2: Cannot find the packages it needs \(hint: run `npm ci` in /);
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(
  "another user runs the owner's bundle, and gets an error if it is too old or missing",
  async () => {
    const folder = makeProject();
    const missing = await run([join(folder, "bin/bq2")], NOBODY);
    expect(missing.code).toBe(1);
    expect(missing.error).toContain("(hint: run `npm run build` as the owner");

    await run([join(folder, "bin/bq2")]);
    expect(await run([join(folder, "bin/bq2")], NOBODY)).toEqual({ code: 0, out: '["bq2"]\n', error: "" });

    utimesSync(join(folder, "dist/bq2.js"), 1, 1);
    const old = await run([join(folder, "bin/bq2")], NOBODY);
    expect(old.out).toBe('["bq2"]\n');
    expect(old.error).toContain("older than the sources");
  },
);
