/** Programs that cannot write their output: one clear error on a full disk, a quiet end without a reader. */
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
  if (child.stderr === null) throw new Error("spawn made no pipe");
  const [error, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, error };
}

/** Starts the program only after the reader of its output has gone. */
async function endOfUnread(argv: readonly string[]): Promise<Ended> {
  const child = spawn("/bin/sh", ["-c", 'read go; exec "$@"', "sh", ...argv]);
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.end("go\n");
  const [error, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, error };
}

/** 128 + SIGPIPE: a shell's exit code for programs that the signal ends. */
const READER_GONE = 141;

/** `name` is the prefix of the program's messages. */
export function testOutputs(title: string, argv: readonly string[], name: string, failureCode: number): void {
  test(`${title}: a full disk is one error, a missing reader a quiet end`, async () => {
    const full = await endOf(argv, openSync("/dev/full", "w"));
    expect(full.error).toMatch(
      new RegExp(`^${name}: Cannot write to standard output: no space left on the disk \\(ENOSPC\\).*\\n$`),
    );
    expect(full.code).toBe(failureCode);
    expect(await endOfUnread(argv)).toEqual({ code: READER_GONE, error: "" });
  });
}

/** Neither output can be written to, so only the exit code can report the failure. */
export function testNoOutputAtAll(argv: readonly string[]): void {
  test("without any output the exit code reports the failure", async () => {
    const child = spawn("/bin/sh", ["-c", 'exec "$@" >/dev/full 2>&1', "sh", ...argv], { stdio: "ignore" });
    expect((await once(child, "exit"))[0]).toBe(1);
  });
}
