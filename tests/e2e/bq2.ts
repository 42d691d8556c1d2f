/** Runs `bin/bq2` as a user does, in folders of its own. */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { OWN_SOURCE_PARTS } from "../../src/runner/setup/own-source.ts";
import { cacheFolder } from "../../src/sources/cache.ts";

export const projectFolder = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What `bin/bq2` needs of a checkout: what it runs from, and what it builds bq2 from. */
const PROGRAM_PARTS = ["bin", "tools", "dist", ...OWN_SOURCE_PARTS];
const PROGRAM_PACKAGES = ["koffi", "undici", "typescript", "ts-blank-space"];

export interface Place {
  readonly folder: string;
  readonly workdir: string;
  readonly cache: string;
  readonly program: string;
  /** Runs as this user, who is there on CI (`.ci/run`); undefined: as whoever runs the tests. */
  readonly user?: string | undefined;
}

/** The cache that this machine has by default: on a new one, empty. */
export const sharedCache = (): string =>
  cacheFolder({ env: process.env as Record<string, string>, cwd: process.cwd() });

/**
 * A new folder that `user` can write to and all can read, with the program in it for another user. Without `cache`,
 * nothing is in the store.
 */
export function makePlace({ user, cache: given }: { user?: string | undefined; cache?: string } = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), "bq2-e2e-"));
  chmodSync(folder, 0o777);
  const cache = given ?? join(folder, "cache");
  if (user === undefined) mkdirSync(cache, { recursive: true });
  const checkout = user === undefined ? projectFolder : copyProgram(folder);
  return { folder, workdir: join(folder, "work"), cache, program: join(checkout, "bin/bq2"), user };
}

/** The checkout may lie where only its owner can go. Times are kept, so that nothing is bundled anew. */
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

/** Also what belongs to another user, and folders without permission bits. */
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

/** `bq2 args… --workdir <the place's>`, waited for. */
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

/** The same, not waited for. */
export function startBq2(
  place: Place,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  const at = args.indexOf("--");
  const before = at < 0 ? args : args.slice(0, at);
  const behind = at < 0 ? [] : args.slice(at);
  const { file, argv, env } = argvOf(place, [...before, "--workdir", place.workdir, ...behind]);
  return spawn(file, argv, { env, stdio: ["ignore", "pipe", "pipe"], cwd: place.folder });
}

/** Fails with all that the command said, where it did not end with 0. */
export function expectSuccess(result: Result): Result {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.out}\n${result.error}`);
  return result;
}

export const documents = (place: Place, name: "plan" | "state" | "overrides"): string =>
  join(place.workdir, `seed-rootfs/bq2-rootfs/var/lib/sysroot-build-${name}.json`);

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** `<digest>  <name>` lines of SHA256SUMS, by name. */
export function digests(place: Place): Record<string, string> {
  const lines = readFileSync(join(place.workdir, "output/SHA256SUMS"), "utf8").trim().split("\n");
  const digestLines = lines.filter((line) => !line.startsWith("#"));
  return Object.fromEntries(digestLines.map((line) => [line.slice(66), line.slice(0, 64)]));
}
