/** Runs `bin/bq2` like a user, in new folders. */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { OWN_SOURCE_PARTS } from "../../src/runner/setup/own-source.ts";
import { cacheFolder } from "../../src/sources/cache.ts";

export const projectFolder = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The parts of a checkout that `bin/bq2` runs from and builds bq2 from. */
const PROGRAM_PARTS = ["bin", "tools", "dist", ...OWN_SOURCE_PARTS];
const PROGRAM_PACKAGES = ["koffi", "undici", "typescript", "ts-blank-space"];

export interface Place {
  readonly folder: string;
  readonly workdir: string;
  readonly cache: string;
  readonly program: string;
  /** Runs as this user, who exists in CI (`.ci/run`); undefined: as the user who runs the tests. */
  readonly user?: string | undefined;
}

/** This machine's default cache, which is empty on a new machine. */
export const sharedCache = (): string =>
  cacheFolder({ env: process.env as Record<string, string>, cwd: process.cwd() });

/**
 * A new folder that `user` can write to and all can read, with a copy of the program if `user` is given.
 * Without `cache`, the store is empty.
 */
export function makePlace({ user, cache: given }: { user?: string | undefined; cache?: string } = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), "bq2-e2e-"));
  chmodSync(folder, 0o777);
  const cache = given ?? join(folder, "cache");
  if (user === undefined) mkdirSync(cache, { recursive: true });
  const checkout = user === undefined ? projectFolder : copyProgram(folder);
  return { folder, workdir: join(folder, "work"), cache, program: join(checkout, "bin/bq2"), user };
}

/**
 * Needed because the checkout may be accessible only to its owner. Keeps times, so that nothing is bundled
 * again.
 */
function copyProgram(folder: string): string {
  const copy = join(folder, "project");
  mkdirSync(join(copy, "node_modules"), { recursive: true });
  const from = (parts: readonly string[], below: string) =>
    parts.map((part) => join(projectFolder, below, part));
  execFileSync("cp", ["-a", ...from(PROGRAM_PARTS, ""), copy]);
  execFileSync("cp", ["-a", ...from(PROGRAM_PACKAGES, "node_modules"), join(copy, "node_modules")]);
  execFileSync("chmod", ["-R", "a+rX", copy]);
  return copy;
}

/** Also removes files of another user, and folders without permission bits. */
export function removePlace({ folder }: Place): void {
  spawnSync("chmod", ["-R", "u+rwx", folder]);
  rmSync(folder, { recursive: true, force: true });
}

function argvOf(
  place: Place,
  args: readonly string[],
): { file: string; argv: string[]; env: NodeJS.ProcessEnv } {
  const env = { ...process.env, BQ2_CACHE: place.cache, HOME: place.folder };
  if (place.user === undefined) return { file: place.program, argv: [...args], env };
  const argv = [`--reuid=${place.user}`, `--regid=${place.user}`, "--init-groups", place.program, ...args];
  return { file: "setpriv", argv, env };
}

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs `bq2 args… --workdir <the place's>` to its end. */
export async function bq2(place: Place, ...args: readonly string[]): Promise<Result> {
  const child = startBq2(place, ...args);
  const [out, error, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  return { code, out, error };
}

async function textOf(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

/** Starts the same without waiting. */
export function startBq2(
  place: Place,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  const at = args.indexOf("--");
  const before = at < 0 ? args : args.slice(0, at);
  const after = at < 0 ? [] : args.slice(at);
  const { file, argv, env } = argvOf(place, [...before, "--workdir", place.workdir, ...after]);
  return spawn(file, argv, { env, stdio: ["ignore", "pipe", "pipe"], cwd: place.folder });
}

/** Throws with all the command's output if its exit code is not 0. */
export function expectSuccess(result: Result): Result {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.out}\n${result.error}`);
  return result;
}

export const documents = (place: Place, name: "plan" | "state" | "overrides"): string =>
  join(place.workdir, `seed-rootfs/bq2-rootfs/var/lib/sysroot-build-${name}.json`);

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** The digests in SHA256SUMS, by name. */
export function digests(place: Place): Record<string, string> {
  const lines = readFileSync(join(place.workdir, "output/SHA256SUMS"), "utf8").trim().split("\n");
  const digestLines = lines.filter((line) => !line.startsWith("#"));
  return Object.fromEntries(digestLines.map((line) => [line.slice(66), line.slice(0, 64)]));
}
