/** OpenSSH's clients `sftp` and `scp` start our server themselves, without a network, and judge it. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { type Finished, runProgram } from "../test-run.ts";

const hasTools = requireTools("sftp", "scp");
const MIB = 2 ** 20;

let folder = "";
/** The program that the clients start: our server on Node, or on QuickJS if `BQ2_PROGRAM` names `bq2`. */
let server = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bq2-sftp-"));
  server = join(folder, "server");
  const words = process.env.BQ2_PROGRAM === undefined ? await onNode() : [process.env.BQ2_PROGRAM];
  writeFileSync(server, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} sftp-server\n`);
  chmodSync(server, 0o755);
});

/**
 * One file with everything: `tools/register.mjs` would start a thread, with which Node makes its standard
 * streams non-blocking.
 */
async function onNode(): Promise<string[]> {
  const entry = fileURLToPath(new URL("../../../tests/run-applet.ts", import.meta.url));
  const outfile = join(folder, "run-applet.mjs");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return [process.execPath, outfile];
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  for (const side of ["here", "there"]) {
    rmSync(join(folder, side), { recursive: true, force: true });
    mkdirSync(join(folder, side));
  }
});

const here = (name: string): string => join(folder, "here", name);
const there = (name: string): string => join(folder, "there", name);

/** Runs the commands with `here` as the local folder and `there` as the server's. */
async function sftp(...commands: readonly string[]): Promise<Finished> {
  const input = [`lcd ${here("")}`, `cd ${there("")}`, ...commands].map((line) => `${line}\n`).join("");
  return runProgram("sftp", ["-q", "-b", "-", "-D", server], {
    cwd: folder,
    input: Buffer.from(input, "latin1"),
  });
}

async function succeed(...commands: readonly string[]): Promise<string> {
  const { code, out, error } = await sftp(...commands);
  expect([code, error]).toEqual([0, ""]);
  return out.toString("latin1");
}

async function scp(...args: readonly string[]): Promise<void> {
  const { code, error } = await runProgram("scp", ["-q", "-s", "-D", server, ...args], { cwd: folder });
  expect([code, error]).toEqual([0, ""]);
}

/** Every name below a folder, as bytes in latin1, with what it is and a digest of its content. */
function treeOf(root: Buffer | string, withTimes = false): string[] {
  const path = Buffer.from(root);
  return readdirSync(path, { encoding: "buffer" })
    .sort(Buffer.compare)
    .flatMap((name) => {
      const full = Buffer.concat([path, Buffer.from("/"), name]);
      const { mode, mtimeMs, size } = lstatSync(full);
      const time = withTimes ? ` ${Math.floor(mtimeMs / 1000)}` : "";
      const about = `${name.toString("latin1")} ${mode.toString(8)}${time}`;
      const kind = mode & 0o170000;
      if (kind === 0o040000) return [about, ...treeOf(full, withTimes).map((line) => `  ${line}`)];
      if (kind === 0o120000) return [`${about} ${readlinkSync(full, "latin1")}`];
      return [`${about} ${size} ${createHash("sha256").update(readFileSync(full)).digest("hex")}`];
    });
}

/** Bytes that do not repeat soon. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

const ODD_NAMES = [
  "plain",
  "with space",
  "new\nline",
  "back\\slash",
  "-dash",
  "ä",
  "\xff\xfe",
  "*?[",
  "x".repeat(255),
];

/** A folder of files with odd names, modes, times and sizes. */
function makeTree(root: string): void {
  mkdirSync(join(root, "deep/er/empty"), { recursive: true });
  for (const [index, name] of ODD_NAMES.entries()) {
    const path = Buffer.concat([Buffer.from(`${root}/deep/`), Buffer.from(name, "latin1")]);
    writeFileSync(path, noise(index * 10_000));
    chmodSync(path, index % 2 === 0 ? 0o640 : 0o755);
    utimesSync(path, 1_000_000_000 + index, 1_000_000_000 + index);
  }
  for (let index = 0; index < 250; index++) writeFileSync(join(root, "deep/er", `${index}`), `${index}`);
}

test.skipIf(!hasTools)("one file goes there and back; attributes stay with -p", async () => {
  writeFileSync(here("a b"), noise(100_001));
  writeFileSync(here("none"), "");
  chmodSync(here("a b"), 0o751);
  utimesSync(here("a b"), 1_234_567_890, 1_234_567_890);
  await succeed('put -p "a b" new', "get -p new back", "put none empty", "get empty");
  const [first, second] = [there("new"), here("back")].map((path) => statSync(path));
  for (const status of [first, second])
    expect([status?.mode, status?.mtimeMs]).toEqual([0o100751, 1_234_567_890_000]);
  expect(readFileSync(there("new")).equals(readFileSync(here("a b")))).toBe(true);
  expect(readFileSync(here("back")).equals(readFileSync(here("a b")))).toBe(true);
  expect(statSync(here("empty")).size).toBe(0);
});

test.skipIf(!hasTools)("names are made, changed and removed", async () => {
  writeFileSync(there("f"), "f");
  writeFileSync(there("g"), "g");
  const printed = await succeed(
    ...["mkdir d", "mkdir d/e", "rmdir d/e", "ln -s ../f d/soft", "ln f d/hard", "rename f d/moved"],
    ...["rename g d/moved", "chmod 4711 d/moved", "rm d/hard", "ls -1 d", "pwd", "cd d", "pwd"],
  );
  expect(treeOf(there(""))).toEqual([
    "d 40755",
    expect.stringMatching(/^ {2}moved 104711 1 /),
    "  soft 120777 ../f",
  ]);
  const place = there("").replace(/\/$/, "");
  expect(printed.split("\n").filter((line) => !line.startsWith("sftp> "))).toEqual([
    ...[
      "d/moved",
      "d/soft",
      `Remote working directory: ${place}`,
      `Remote working directory: ${place}/d`,
      "",
    ],
  ]);
});

test.skipIf(!hasTools)("what fails is reported, and the session continues", async () => {
  writeFileSync(there("f"), "f");
  writeFileSync(there("g"), "g");
  const failing = [
    "get none",
    "rm none",
    "rmdir f",
    "mkdir f",
    "rename -l f g",
    "ls none",
    "cd f",
    "chmod 600 no",
  ];
  const { code, error } = await sftp(...failing.map((command) => `-${command}`), "-df", "ln -s end reached");
  expect(code, error).toBe(0);
  expect(readlinkSync(there("reached"))).toBe("end");
  expect(readFileSync(there("g"), "utf8")).toBe("g");
  for (const part of ["none", "not found", "Failure", "statvfs"]) expect(error).toContain(part);
  for (const command of failing) expect((await sftp(command)).code, command).toBe(1);
});

test.skipIf(!hasTools)("a long list has kinds, modes, counts and sizes", async () => {
  makeTree(there(""));
  const lines = (await succeed("ls -la deep", "ls -1 deep/er")).split("\n").map((line) => line.trimEnd());
  expect(lines.find((line) => line.endsWith(" plain"))).toMatch(
    /^-rw-r----- +1 0 +0 +0 Sep {2}9 {2}2001 plain$/,
  );
  expect(lines.find((line) => line.endsWith(" er"))).toMatch(/^drwxr-xr-x +3 0 +0 /);
  expect(lines.filter((line) => /^deep\/er\/\d+$/.test(line))).toHaveLength(250);
});

test.skipIf(!hasTools)("trees with odd names go there and back by sftp", async () => {
  makeTree(here(""));
  await succeed("put -R deep", "get -R deep back", "put -Rp deep kept");
  expect(treeOf(there("deep"))).toEqual(treeOf(here("deep")));
  expect(treeOf(here("back"))).toEqual(treeOf(here("deep")));
  expect(treeOf(there("kept"), true)).toEqual(treeOf(here("deep"), true));
});

test.skipIf(!hasTools)("trees and files go there and back by scp", async () => {
  makeTree(here(""));
  await scp("-r", "-p", here("deep"), `host:${there("copy")}`);
  await scp("-r", "-p", `host:${there("copy")}`, here("back"));
  await scp(`host:${there("copy/plain")}`, here("one"));
  expect(treeOf(there("copy"), true)).toEqual(treeOf(here("deep"), true));
  expect(treeOf(here("back"), true)).toEqual(treeOf(here("deep"), true));
  expect(readFileSync(here("one")).equals(readFileSync(here("deep/plain")))).toBe(true);
});

test.skipIf(!hasTools)("50 MB go there and back, and a file with holes", async () => {
  writeFileSync(here("large"), noise(50 * MIB + 3));
  const fd = openSync(here("holes"), "w");
  writeSync(fd, "start");
  writeSync(fd, "middle", 5 * MIB);
  ftruncateSync(fd, 9 * MIB);
  closeSync(fd);
  await succeed("put large", "get large back", "put holes", "get holes holes-back");
  for (const [copy, original] of [
    [there("large"), here("large")],
    [here("back"), here("large")],
    [there("holes"), here("holes")],
    [here("holes-back"), here("holes")],
  ] as const)
    expect(readFileSync(copy).equals(readFileSync(original)), copy).toBe(true);
});

test.skipIf(!hasTools)("interrupted transfers are continued in both directions", async () => {
  const content = noise(3 * MIB + 17);
  for (const path of [here("up"), there("up"), here("down"), there("down")]) writeFileSync(path, content);
  truncateSync(there("up"), MIB + 1);
  truncateSync(here("down"), 2 * MIB - 1);
  await succeed("reput up", "reget down");
  for (const path of [there("up"), here("down")]) expect(readFileSync(path).equals(content), path).toBe(true);
});

test.skipIf(!hasTools)(
  "a client that ends early ends the server too, and one of another protocol is refused",
  async () => {
    const { code } = await runProgram(server, [], {
      cwd: folder,
      input: Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3, 0]),
    });
    expect(code).toBe(0);
    const wrong = await runProgram(server, [], { cwd: folder, input: "GET / HTTP/1.1\r\n\r\n" });
    expect(wrong.code).toBe(255);
    expect(wrong.error).toMatch(/^sftp-server: Cannot continue: .*\(hint: is it a client of SFTP\?\)\n$/);
  },
);
