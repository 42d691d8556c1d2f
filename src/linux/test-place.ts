/** For oracle tests: a place on disk with a busybox tree, and ways to run `test-program.ts` there as various users. */
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

/** Who runs the program: the caller, or (when that is root) somebody without a name and without rights. */
export const USERS: readonly User[] = process.getuid?.() === 0 ? ALL_USERS : ALL_USERS.slice(1);

const NOBODY_ELSE = 54321;

/** Whether acting as `user` means giving up being root. */
function isDropped(user: User): boolean {
  return user === "ordinary user" && process.getuid?.() === 0;
}

export interface Place {
  readonly folder: string;
  /** A tree with busybox as every program it can be, for each user their own: unmapped owners may not be overruled. */
  readonly busybox: { readonly [U in User]: string };
  readonly program: string;
}

/** Readable to all; `remove` it at the end. */
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

/** Removes what its owner may not list, too (overlayfs leaves such a folder). */
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
  copyLibraries(busybox, tree); // Debian has it both ways, static and not
  fs.writeFileSync(join(tree, "kept"), "as it was\n");
  fs.mkdirSync(join(tree, "old"));
  fs.writeFileSync(join(tree, "old/file"), "old\n");
  return tree;
}

/** The shared libraries of a program, at their places in `tree`. */
function copyLibraries(program: string, tree: string): void {
  const libraries = spawnSync("ldd", [program], { encoding: "utf8" }).stdout.match(/\/\S+\.so\S*/g) ?? [];
  for (const library of libraries) {
    fs.mkdirSync(join(tree, dirname(library)), { recursive: true });
    fs.copyFileSync(library, join(tree, library));
  }
}

/** A tree with perl, by which a script makes any system call; its modules are left out. */
export function makePerlTree(place: Place): string {
  const tree = join(place.folder, "perl");
  const perl = execFileSync("which", ["perl"], { encoding: "utf8" }).trim();
  fs.mkdirSync(join(tree, "bin"), { recursive: true });
  fs.copyFileSync(perl, join(tree, "bin/perl"));
  copyLibraries(perl, tree);
  return tree;
}

/** An overlay over `layers` (the busybox tree unless told), with fresh folders for `user`. */
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

/** The argv that runs the program as `user`, by way of the command `wrapped` if there is one. */
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
  /** Of the caller, beside its PATH. */
  readonly env?: { readonly [name: string]: string };
  /** A command that the caller is run by. */
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
 * Starts a shell script within `view`; `mark` is a variable or an argument of every process that belongs to it.
 * `env`: of the caller alone.
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

/** All living processes with that mark, lowest id first. */
export function processesMarked(mark: string): number[] {
  const ids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    try {
      return ["environ", "cmdline"].some((name) =>
        fs.readFileSync(`/proc/${id}/${name}`, "utf8").includes(`${MARK}=${mark}\0`),
      );
    } catch {
      return false; // gone, or not ours to look at
    }
  });
}
