/** A damaged `bq2` says so and ends with code 2, whichever byte of its program is wrong. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

/** native/program.c */
const HEAD_SIZE = 8;
const RECORD_SIZE = 16;
const TRAILER_SIZE = 24;
const FLIPS = 40;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bq2-damaged-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = readFileSync(inject("built").bq2);
const trailerAt = whole.length - TRAILER_SIZE;
const programAt = trailerAt - Number(whole.readBigUInt64LE(trailerAt));

interface Module {
  readonly name: string;
  /** Offset of its stored bytes. */
  readonly start: number;
  readonly size: number;
}

function modulesOf(): Module[] {
  const directoryEnd = programAt + HEAD_SIZE + whole.readUInt32LE(trailerAt + 8);
  const modules: Module[] = [];
  for (let at = programAt + HEAD_SIZE, start = directoryEnd; at < directoryEnd; ) {
    const [nameAt, size] = [at + RECORD_SIZE, whole.readUInt32LE(at + 4)];
    const nameEnd = nameAt + whole.readUInt32LE(at);
    modules.push({ name: whole.toString("utf8", nameAt, nameEnd), start, size });
    at = nameEnd;
    start += size;
  }
  return modules;
}

function run(content: Buffer, ...args: readonly string[]) {
  const file = join(folder, "bq2");
  writeFileSync(file, content, { mode: 0o755 });
  const { status, signal, stderr, stdout } = spawnSync(file, args, { encoding: "utf8" });
  return { status, signal, stderr, stdout };
}

/** Expects that the runtime starts and refuses its program. */
function expectRefusal(content: Buffer, why: string): void {
  const { stderr, ...end } = run(content, "--help");
  expect(end, `${why}\n${stderr}`).toEqual({ status: 2, signal: null, stdout: "" });
  expect(stderr).toMatch(/^bq2: Cannot start: .* is damaged \(.*\) \(hint: install it again\)\n$/);
}

function withByte(at: number): Buffer {
  const copy = Buffer.from(whole);
  copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
  return copy;
}

test("a wrong byte in the head, a record or the trailer is refused at the start", () => {
  for (let i = 0; i < HEAD_SIZE + RECORD_SIZE; i++) expectRefusal(withByte(programAt + i), `head, byte ${i}`);
  for (let i = 0; i < TRAILER_SIZE; i++) expectRefusal(withByte(trailerAt + i), `trailer, byte ${i}`);
});

test("a wrong byte in a module is refused, with the module's name, when the module is loaded", () => {
  const [modules, good] = [modulesOf(), run(whole, "--help")];
  const refusal = (name: string): RegExp =>
    new RegExp(`Cannot load ${name}: its program section is damaged \\(.*\\) \\(hint: install it again\\)`);
  const isEarly = ({ name }: Module): boolean => /^(main|bq2\.ts|src\/commands\/app\.ts)$/.test(name);
  for (const { name, start, size } of modules.filter(isEarly)) {
    for (const at of [start, start + (size >> 1), start + size - 1]) {
      const { stderr, ...end } = run(withByte(at), "--help");
      expect(end, stderr).toEqual({ status: 1, signal: null, stdout: "" });
      expect(stderr).toMatch(refusal(name));
    }
  }
  const late = modules.find(({ name }) => name === "src/applets/tar/tar.ts");
  const damaged = withByte(late?.start ?? 0);
  expect(run(damaged, "--help")).toEqual(good);
  expect(run(damaged, "tar", "--help")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(refusal("src/applets/tar/tar.ts")),
  });
});

test("wherever a byte is wrong, damaged code never runs", () => {
  const good = run(whole, "--help");
  const step = Math.floor((trailerAt - programAt) / FLIPS);
  for (let i = 0; i < FLIPS; i++) {
    const { stderr, ...end } = run(withByte(programAt + i * step + (i % 7)), "--help");
    if (stderr === "") expect(end).toEqual({ status: 0, signal: null, stdout: good.stdout });
    else
      expect([stderr, end.signal, end.stdout]).toEqual([expect.stringContaining(" is damaged ("), null, ""]);
  }
});

test("a truncated file is refused", () => {
  for (const size of [
    programAt + 1,
    programAt + 100,
    trailerAt - 1,
    trailerAt,
    trailerAt + 10,
    whole.length - 1,
  ])
    expectRefusal(whole.subarray(0, size), `${size} bytes`);
});

test("impossible lengths are refused", () => {
  for (const length of [0n, 1n, BigInt(programAt) * 2n, 2n ** 63n, 2n ** 64n - 1n]) {
    const copy = Buffer.from(whole);
    copy.writeBigUInt64LE(length, trailerAt);
    expectRefusal(copy, `program of ${length} bytes`);
  }
});
