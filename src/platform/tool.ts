/** Runs one of the host's programs to its end and returns its output: apt-get, npm, dpkg-query, gcc. */
import { collectBytes } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import type { Platform } from "./platform.ts";

export interface ToolOutput {
  /** Exit code; 128 if a signal ended the program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; // as login(1) gives root

/** The full path of `program`, or `undefined` if the host does not have it. */
export function findTool(platform: Platform, program: string): string | undefined {
  return platform.processes.find(program, platform.host.env.PATH ?? DEFAULT_PATH);
}

/**
 * Runs `argv` in English, with `env` added to the caller's environment.
 *
 * @throws Bq2Error `missing-tool` if the program is not installed. A failing exit code is returned.
 */
export async function runTool(
  platform: Platform,
  argv: readonly [string, ...string[]],
  env: { readonly [name: string]: string } = {},
): Promise<ToolOutput> {
  const program = findTool(platform, argv[0]);
  if (program === undefined) {
    throw new Bq2Error(`Cannot run ${argv[0]}: it is not on the PATH`, {
      code: "missing-tool",
      hint: `install ${argv[0]}`,
    });
  }
  const child = await platform.processes.spawn({
    argv: [program, ...argv.slice(1)],
    cwd: platform.host.cwd,
    env: { PATH: DEFAULT_PATH, ...platform.host.env, LC_ALL: "C", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([
    collectBytes(child.stdout),
    collectBytes(child.stderr),
    child.wait(),
  ]);
  return { code: exit.code ?? 128, stdout: decodeUtf8(stdout), stderr: decodeUtf8(stderr) };
}

/** Standard output of a run that must succeed. @throws Bq2Error `tool-failed` with the last error lines. */
export async function toolOutput(
  platform: Platform,
  argv: readonly [string, ...string[]],
  env: { readonly [name: string]: string } = {},
): Promise<string> {
  const output = await runTool(platform, argv, env);
  if (output.code === 0) return output.stdout;
  const lastLines = output.stderr.trim().split("\n").slice(-8).join("\n  ");
  throw new Bq2Error(
    `Cannot go on: "${argv.join(" ")}" ended with exit code ${output.code}:\n  ${lastLines}`,
    {
      code: "tool-failed",
    },
  );
}
