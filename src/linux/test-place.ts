/**
 * For oracle tests: a folder on disk with a busybox tree, in which `test-program.ts` runs as various users.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { Use } from "./refused-calls.ts";
import type { View } from "./view.ts";

const ALL_USERS = ["root", "ordinary user"] as const;
export type User = (typeof ALL_USERS)[number];

/** Who runs the program: the caller and, if the caller is root, a user without a name and rights. */
export const USERS: readonly User[] = process.getuid?.() === 0 ? ALL_USERS : ALL_USERS.slice(1);

const NOBODY_ELSE = 54321;

/** Whether acting as `user` means giving up being root. */
function isDropped(user: User): boolean {
  return user === "ordinary user" && process.getuid?.() === 0;
}

export interface Place {
  readonly folder: string;
  /** Trees of busybox's programs, one per user: root within has no power over unmapped owners. */
  readonly busybox: { readonly [U in User]: string };
  readonly program: string;
}

/** Accessible to everyone; call {@link removePlace} at the end. */
export function makePlace(): Place {
  const folder = fs.mkdtempSync(join(tmpdir(), "bq2-view-"));
  fs.chmodSync(folder, 0o777);
  const program = join(folder, "program.mjs");
  const entryPoint = fileURLToPath(new URL("./test-program.ts", import.meta.url));
  buildSync({
    entryPoints: [entryPoint],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["koffi"],
  });
  const koffi = dirname(createRequire(import.meta.url).resolve("koffi/package.json"));
  fs.cpSync(koffi, join(folder, "node_modules/koffi"), { recursive: true });
  const tree = (user: User): string => {
    const made = makeBusyboxTree(join(folder, `busybox ${user}`));
    if (isDropped(user)) execFileSync("chown", ["-R", `${NOBODY_ELSE}:${NOBODY_ELSE}`, made]);
    return made;
  };
  return { folder, program, busybox: { root: tree("root"), "ordinary user": tree("ordinary user") } };
}

/** Also removes folders that their owner may not list; overlayfs leaves such a folder. */
export function removePlace({ folder }: Place): void {
  execFileSync("chmod", ["-R", "u+rwx", folder]);
  fs.rmSync(folder, { recursive: true });
}

function makeBusyboxTree(tree: string): string {
  const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
  fs.mkdirSync(join(tree, "bin"), { recursive: true });
  fs.copyFileSync(busybox, join(tree, "bin/busybox"));
  for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n")) {
    if (applet !== "busybox") fs.symlinkSync("busybox", join(tree, "bin", applet));
  }
  copyLibraries(busybox, tree); // Debian has a static and a dynamic busybox
  fs.writeFileSync(join(tree, "kept"), "as it was\n");
  fs.mkdirSync(join(tree, "old"));
  fs.writeFileSync(join(tree, "old/file"), "old\n");
  return tree;
}

/** Copies the shared libraries of a program into `tree`. */
function copyLibraries(program: string, tree: string): void {
  const libraries = spawnSync("ldd", [program], { encoding: "utf8" }).stdout.match(/\/\S+\.so\S*/g) ?? [];
  for (const library of libraries) {
    fs.mkdirSync(join(tree, dirname(library)), { recursive: true });
    fs.copyFileSync(library, join(tree, library));
  }
}

/** A tree with perl, which can make any system call, without its modules. */
export function makePerlTree(place: Place): string {
  const tree = join(place.folder, "perl");
  const perl = execFileSync("which", ["perl"], { encoding: "utf8" }).trim();
  fs.mkdirSync(join(tree, "bin"), { recursive: true });
  fs.copyFileSync(perl, join(tree, "bin/perl"));
  copyLibraries(perl, tree);
  return tree;
}

/** An overlay of `layers` (by default the busybox tree), with new folders for `user`. */
export function overlayView(
  place: Place,
  name: string,
  user: User,
  layers = [place.busybox[user]],
): View & { readonly changes: string } {
  const own = join(place.folder, `${name} ${user}`);
  for (const folder of [own, join(own, "mount")]) {
    fs.mkdirSync(folder);
    if (isDropped(user)) fs.chownSync(folder, NOBODY_ELSE, NOBODY_ELSE);
  }
  const changes = join(own, "changes");
  const mountPoint = join(own, "mount");
  return {
    root: { kind: "overlay", layers, changes },
    mountPoint,
    changes,
    binds: [],
    hostname: "bq2-test",
    sys: false,
  };
}

/** The argv that runs the program as `user`, through the command `wrapped` if there is one. */
export function programArgv(
  place: Place,
  user: User,
  args: readonly string[],
  wrapped: readonly string[] = [],
): string[] {
  const drop = ["setpriv", `--reuid=${NOBODY_ELSE}`, `--regid=${NOBODY_ELSE}`, "--clear-groups", "--"];
  return [...(isDropped(user) ? drop : []), ...wrapped, process.execPath, place.program, ...args];
}

export interface Result {
  readonly out: string;
  readonly error: string;
  readonly code: number | null;
}

export interface RunOptions {
  readonly use?: Use;
  /** The host's network. */
  readonly network?: boolean;
  /** The caller's variables in addition to PATH. */
  readonly env?: { readonly [name: string]: string };
  /** A command that executes the caller. */
  readonly wrapped?: readonly string[];
}

/** Runs a shell script within `view`. */
export function runInView(
  place: Place,
  user: User,
  view: View,
  script: string,
  options: RunOptions = {},
): Result {
  const { use = "step", network = false, env = {}, wrapped = [] } = options;
  const request = ["outside", network ? "network" : "none", use, JSON.stringify(view), "sh", "-c", script];
  const [command = "", ...args] = programArgv(place, user, request, wrapped);
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });
  return { out: stdout, error: stderr, code: status };
}

/**
 * Starts a shell script within `view`. Every process that belongs to it has `mark` as a variable or an
 * argument. Only the caller gets `env`.
 */
export function startInView(
  place: Place,
  user: User,
  view: View,
  script: string,
  mark: string,
  env: { readonly [name: string]: string } = {},
): ChildProcess {
  const marked = ["env", `${MARK}=${mark}`, "sh", "-c", script];
  const request = ["outside", "none", "step", JSON.stringify(view), ...marked];
  const [command = "", ...args] = programArgv(place, user, request);
  return spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

const MARK = "BQ2_MARK";

/** All living processes with the mark, lowest id first. */
export function processesMarked(mark: string): number[] {
  const ids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    try {
      return ["environ", "cmdline"].some((name) =>
        fs.readFileSync(`/proc/${id}/${name}`, "utf8").includes(`${MARK}=${mark}\0`),
      );
    } catch {
      return false; // it has ended, or belongs to another user
    }
  });
}
