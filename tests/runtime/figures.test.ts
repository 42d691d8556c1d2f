/** The cost of the runtime and of `bq2` on it, and that the same source gives the same bytes. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { projectFolder } from "../../tools/project-files.ts";
import { requireTools } from "../oracle.ts";

const MAX_SIZE = 2_000_000;
const MAX_RESIDENT = 8_000_000;
/** Measured are 11 and 23 million: whatever a start loads or does in addition must be worth it. */
const MAX_INSTRUCTIONS = { start: 16e6, help: 32e6 };
/** Generous, since machines may be busy: measured are 0.07 and 0.08. */
const MAX_SHARE_OF_NODE = { start: 0.15, help: 0.2 };
const STARTS = 30;

const { bq2, runtime } = inject("built");

/** Asynchronous, because vitest expects to hear from a test that takes a minute. */
const run = promisify(execFile);

test("bq2 is one static file of at most 2 MB", () => {
  console.log(`bq2: ${statSync(bq2).size} bytes, ${statSync(runtime).size} of them the runtime`);
  expect(statSync(bq2).size).toBeLessThanOrEqual(MAX_SIZE);
  expect(execFileSync("readelf", ["--program-headers", bq2], { encoding: "utf8" })).not.toContain("INTERP");
});

test("bq2 --help stays under 8 MB resident", () => {
  const { stderr } = spawnSync("/usr/bin/time", ["-f", "%M", bq2, "--help"], { encoding: "utf8" });
  console.log(`bq2 --help: ${stderr.trim()} KiB resident at most`);
  expect(Number(stderr) * 1024).toBeLessThan(MAX_RESIDENT);
});

/** Counts instructions in user space: exact on any machine, however busy. */
function instructions(...argv: readonly string[]): number {
  const { stderr } = spawnSync(
    "valgrind",
    ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", ...argv],
    { encoding: "utf8", env: { PATH: process.env.PATH } },
  );
  return Number(/I +refs: +([\d,]+)/.exec(stderr)?.[1]?.replaceAll(",", "") ?? Number.NaN);
}

test.skipIf(!requireTools("valgrind"))("a start takes no more instructions than before", () => {
  const [start, help] = [instructions(bq2, "sha256sum", "/dev/null"), instructions(bq2, "--help")];
  console.log(`Instructions: bq2 sha256sum ${start}, bq2 --help ${help}`);
  expect(start).toBeLessThan(MAX_INSTRUCTIONS.start);
  expect(help).toBeLessThan(MAX_INSTRUCTIONS.help);
});

/**
 * CPU milliseconds of one start, in user space and the kernel: other load affects them less than wall time.
 */
function startCost(...argv: readonly string[]): number {
  const input = "x\n".repeat(STARTS);
  const all = ["-f", "%U %S", "xargs", "-I{}", ...argv];
  const { stderr } = spawnSync("/usr/bin/time", all, { encoding: "utf8", input });
  const [user = 0, system = 0] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return (1000 * (user + system)) / STARTS;
}

test("a start takes a fraction of Node's, and so does the help", () => {
  const [start, help, node, trivial] = [
    startCost(bq2, "sha256sum", "/dev/null"),
    startCost(bq2, "--help"),
    startCost(process.execPath, "-e", "0"),
    startCost("busybox", "true"),
  ];
  const show = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`;
  console.log(
    `CPU of a start: bq2 sha256sum ${show(start)}, bq2 --help ${show(help)}, node -e 0 ${show(node)}, busybox true ${show(trivial)}`,
  );
  expect(start / node).toBeLessThan(MAX_SHARE_OF_NODE.start);
  expect(help / node).toBeLessThan(MAX_SHARE_OF_NODE.help);
});

/** KiB of address space, in steps from barely enough for the program file to enough to run. */
const SMALL_MEMORIES = Array.from({ length: 24 }, (_, i) => 1800 + 175 * i);

test("with too little memory bq2 says so and does not crash", () => {
  const ends = SMALL_MEMORIES.map((size) => {
    const argv = [`--as=${size * 1024}`, bq2, "--help"];
    const { status, signal, stderr } = spawnSync("prlimit", argv, { encoding: "utf8" });
    if (status !== 0) expect(stderr, `${size} KiB`).toMatch(/^bq2: .*(no memory is left|out of memory)/);
    return signal ?? status;
  });
  expect(new Set(ends)).toEqual(new Set([2, 1, 0]));
});

test("bq2 compiled in two folders and in the build's namespace has the same bytes", async () => {
  const own = readFileSync(bq2);
  for (const place of ["a", "b/deeper"]) {
    const folder = mkdtempSync(join(tmpdir(), "bq2-self-"));
    const project = join(folder, place);
    mkdirSync(project, { recursive: true });
    for (const part of ["bq2.ts", "src", "pkgs", "native"])
      cpSync(join(projectFolder, part), join(project, part), { recursive: true });
    symlinkSync(join(projectFolder, "node_modules"), join(project, "node_modules"));
    const argv = ["native/bootstrap.mjs", "src/main-quickjs.ts", "program", "--runtime", runtime];
    await run(runtime, [...argv, "--output", join(folder, "bq2")], { cwd: project });
    expect(readFileSync(join(folder, "bq2")).equals(own), place).toBe(true);
    rmSync(folder, { recursive: true });
  }
});

test("an error shows TypeScript's file and line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bq2-stack-"));
  mkdirSync(join(folder, "src"));
  const lines = [
    "interface Gone {",
    "  readonly line: number;",
    "}",
    "",
    "function fails(at: Gone): never {",
  ];
  writeFileSync(
    join(folder, "src/wrong.ts"),
    [...lines, '  throw new Error("wrong at " + at.line);', "}", "fails({ line: 6 });", ""].join("\n"),
  );
  const output = join(folder, "wrong");
  const argv = [
    "native/bootstrap.mjs",
    "src/main-quickjs.ts",
    "program",
    "--runtime",
    runtime,
    "--output",
    output,
  ];
  const where = [
    "--project",
    folder,
    "--packages",
    join(projectFolder, "node_modules"),
    "--entry",
    "src/wrong.ts",
  ];
  await run(runtime, [...argv, ...where], { cwd: projectFolder });
  const { status, stderr } = spawnSync(output, { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^bq2: Error: wrong at 6\n {4}at fails \(src\/wrong\.ts:6:\d+\)\n/);
  expect(stderr).toMatch(/\(src\/wrong\.ts:8:\d+\)/);
});
