/** What a program does whose output cannot be written: one clear error on a full disk, a quiet end where the reader has gone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

interface Ended {
  readonly code: number | null;
  readonly error: string;
}

async function endOf(argv: readonly string[], stdout: number): Promise<Ended> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", stdout, "pipe"] });
  if (child.stderr === null) throw new Error("a pipe was asked for");
  const [error, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, error };
}

/** The program starts only when nobody reads its output any more. */
async function endOfUnread(argv: readonly string[]): Promise<Ended> {
  const child = spawn("/bin/sh", ["-c", 'read go; exec "$@"', "sh", ...argv]);
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.end("go\n");
  const [error, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, error };
}

/** 128 and the number of SIGPIPE: what a shell says of programs that it ends. */
const READER_GONE = 141;

/** `name`: what stands before the program's messages. */
export function testOutputs(title: string, argv: readonly string[], name: string, failureCode: number): void {
  test(`${title}: a full disk is one error, no reader a quiet end`, async () => {
    const full = await endOf(argv, openSync("/dev/full", "w"));
    expect(full.error).toMatch(
      new RegExp(`^${name}: Cannot write to standard output: no space left on the disk \\(ENOSPC\\).*\\n$`),
    );
    expect(full.code).toBe(failureCode);
    expect(await endOfUnread(argv)).toEqual({ code: READER_GONE, error: "" });
  });
}

/** Neither output takes anything: the exit code has to do. */
export function testNoOutputAtAll(argv: readonly string[]): void {
  test("with no output at all the exit code tells", async () => {
    const child = spawn("/bin/sh", ["-c", 'exec "$@" >/dev/full 2>&1', "sh", ...argv], { stdio: "ignore" });
    expect((await once(child, "exit"))[0]).toBe(1);
  });
}
