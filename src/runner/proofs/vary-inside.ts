/**
 * The half of `vary.ts` that runs in namespaces, as their root. It sets another host name, file system and
 * time since boot, runs the build as another user on one processor, and copies out what is compared.
 */
import * as v from "valibot";
import { errorCode } from "../../base/error.ts";
import { dirname, isWithin } from "../../base/path.ts";
import { bindMount, makeMountsPrivate, mountFileSystem, unmount } from "../../linux/mount.ts";
import { requireLivingCaller } from "../../linux/namespace.ts";
import { systemCall } from "../../linux/syscalls.ts";
import { parseAs } from "../../plan/parse.ts";
import { emptyState } from "../../plan/state.ts";
import { copyFile, copyTree } from "../../platform/copy.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { requireProgram } from "../../platform/require-program.ts";
import { loadState, saveState } from "../context/documents.ts";
import { workspaceAt } from "../context/workspace.ts";
import type { Condition } from "./explain.ts";

/** Values that the first build is unlikely to have had. */
const OTHER = {
  uid: 4321,
  user: "somebody",
  umask: 0o077,
  hostname: "elsewhere",
  locale: "tr_TR.UTF-8", // whose lower case of I is not i
  timeZone: "Pacific/Kiritimati", // 14 hours ahead of UTC: usually another day
  jobs: 3,
  secondsSinceBoot: 63072000, // two years
} as const;

const RequestSchema = v.strictObject({
  /** A new folder for this build. */
  place: v.string(),
  /** The first build's folders. */
  workspace: v.string(),
  cache: v.string(),
  projectFolder: v.string(),
  /** Steps whose outputs are taken from the first build, as `phase/step`. */
  taken: v.array(v.string()),
  /** Names of the steps to run. */
  steps: v.array(v.string()),
});
export type VaryRequest = v.InferOutput<typeof RequestSchema>;

/** Folders of the second build. `there` disappears with the namespaces; the `kept…` paths remain. */
export function varyPlaces(place: string) {
  const there = `${place}/there`;
  return {
    there,
    cache: `${there}/stored-elsewhere`,
    workdir: `${there}/worked-elsewhere`,
    checkout: `${there}/checked-out-elsewhere`,
    home: `${there}/home`,
    keptStore: `${place}/store`,
    keptState: `${place}/state.json`,
    keptLogs: `${place}/logs`,
  };
}

/** The conditions that the second build varies, with the words that would show them in a file. */
export function variedConditions(platform: Platform, request: VaryRequest): Condition[] {
  const { host } = platform;
  const places = varyPlaces(request.place);
  const own = (name: string): string => host.env[name] ?? "";
  return [
    { name: "the workspace folder", first: request.workspace, second: places.workdir },
    { name: "the cache folder", first: request.cache, second: places.cache },
    { name: "the folder of bq2", first: request.projectFolder, second: places.checkout },
    { name: "the home folder", first: own("HOME"), second: places.home },
    { name: "the user's name", first: own("USER"), second: OTHER.user },
    { name: "the host name", first: readText(platform.files, HOSTNAME_FILE).trim(), second: OTHER.hostname },
    { name: "the locale", first: own("LC_ALL") || own("LANG"), second: OTHER.locale },
    { name: "the time zone", first: own("TZ"), second: OTHER.timeZone },
  ];
}

const HOSTNAME_FILE = "/proc/sys/kernel/hostname";

/** For the user: the conditions that are varied and that no word would show. */
export function conditionLines({ host }: Platform): string[] {
  return [
    `uid ${host.uid}, then ${OTHER.uid}`,
    `umask ${OTHER.umask.toString(8)}`,
    `processors ${host.cpuCount}, then 1 with ${OTHER.jobs} jobs`,
    "time since boot: two years more",
    "order of files in folders: that of a memory file system",
    "an empty store, newly unpacked sources",
  ];
}

/** Carries out the request at `path`; returns the build's exit code. */
export async function varyInside(platform: Platform, path: string): Promise<number> {
  requireLivingCaller(platform);
  const request = parseAs(RequestSchema, readText(platform.files, path), path, "run bq2 verify vary again");
  const places = varyPlaces(request.place);
  makeMountsPrivate(platform);
  const hostname = { name: "sethostname", action: "set the host name", what: OTHER.hostname } as const;
  systemCall(platform, hostname, OTHER.hostname, OTHER.hostname.length);
  makeFolders(platform.files, places.there);
  mountMemory(platform, places.there);
  prepare(platform, request);
  systemCall(platform, { name: "umask", action: "set", what: "the umask" }, OTHER.umask);
  const code = await build(platform, request);
  keep(platform, request);
  return code;
}

/**
 * A tmpfs lists a folder's files by the time they were made, ext4 by a hash of their names. overlayfs needs
 * extended attributes in the folder for changes, which a tmpfs lacks before Linux 6.6; then the build stays
 * on the disk.
 */
function mountMemory(platform: Platform, target: string): void {
  mountFileSystem(platform, { type: "tmpfs", target, options: "mode=0755" });
  try {
    platform.files.setAttribute(target, "user.bq2", new Uint8Array([1]));
  } catch (error) {
    if (errorCode(error) !== "EOPNOTSUPP") throw error;
    unmount(platform, target);
    platform.host.writeError(
      "bq2: the order of files in folders is not varied: this kernel's tmpfs has no extended attributes (Linux 6.6 adds them)\n",
    );
  }
}

/** Makes another checkout, a cache (seed, archives, reused outputs), and a workspace of the same plan. */
function prepare(platform: Platform, request: VaryRequest): void {
  const { files } = platform;
  const { cache } = request;
  const places = varyPlaces(request.place);
  const first = workspaceAt(platform, request.workspace, cache);
  const state = loadState(platform, first);
  if (state === undefined) throw new RangeError("The first build has no state");
  const done = Object.fromEntries(Object.entries(state.done).filter(([id]) => request.taken.includes(id)));

  const [archives, ownArchives] = [`${cache}/archives`, `${places.cache}/archives`];
  for (const folder of [places.checkout, places.home, ownArchives, `${places.cache}/seeds`])
    makeFolders(files, folder, 0o755);
  bindMount(platform, request.projectFolder, places.checkout);
  // A mount, because the namespaces of the artifact steps could not follow a link out of the cache.
  if (files.status(archives) !== undefined) bindMount(platform, archives, ownArchives);
  const seed = `seeds/${state.seedDigest}`;
  copyTree(files, `${cache}/${seed}`, `${places.cache}/${seed}`);
  for (const { key, output } of Object.values(done)) takeOver(platform, request, key, output);

  const second = workspaceAt(platform, places.workdir, places.cache);
  makeFolders(files, dirname(second.plan), 0o755);
  copyFile(files, first.plan, second.plan);
  if (files.status(first.overrides) !== undefined) copyFile(files, first.overrides, second.overrides);
  saveState(platform, second, { ...emptyState(state.planDigest), seedDigest: state.seedDigest, done });
}

/** Copies an output from the first build's store, because the artifact steps see only the second build's. */
function takeOver({ files }: Platform, { place, cache }: VaryRequest, key: string, output: string): void {
  for (const name of [`keys/${key}.json`, `manifests/${output}.json`, `outputs/${output}`]) {
    const path = `${varyPlaces(place).cache}/store/${name}`;
    makeFolders(files, dirname(path), 0o755);
    if (files.status(path) === undefined) copyTree(files, `${cache}/store/${name}`, path);
  }
}

/** Runs `sysroot-runner` with another uid, in a nested user namespace; returns its exit code. */
async function build(platform: Platform, request: VaryRequest): Promise<number> {
  const { env, self } = platform.host;
  const places = varyPlaces(request.place);
  const moved = self.map((word) =>
    isWithin(word, request.projectFolder)
      ? `${places.checkout}${word.slice(request.projectFolder.length)}`
      : word,
  );
  const path = env.PATH ?? "/usr/bin:/bin";
  const [unshare, taskset] = ["unshare", "taskset"].map((program) =>
    requireProgram(platform, program, { path, hint: "install util-linux" }),
  );
  const child = await platform.processes.spawn({
    argv: [
      ...[unshare ?? "", "--time", "--boottime", String(OTHER.secondsSinceBoot)],
      ...["--monotonic", String(OTHER.secondsSinceBoot), "--fork", "--kill-child", "--"],
      ...[unshare ?? "", "--user", `--map-user=${OTHER.uid}`, `--map-group=${OTHER.uid}`, "--"],
      ...[taskset ?? "", "--cpu-list", firstProcessor(platform)],
      ...[...moved, "sysroot-runner", "--workdir", places.workdir, "--offline", "--jobs", String(OTHER.jobs)],
      ...request.steps.flatMap((step) => ["--package", step]),
    ],
    cwd: places.home,
    env: {
      BQ2_CACHE: places.cache,
      HOME: places.home,
      LC_ALL: OTHER.locale,
      LOGNAME: OTHER.user,
      PATH: path,
      TZ: OTHER.timeZone,
      USER: OTHER.user,
    },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await child.wait()).code ?? 1;
}

/** Number of the first processor that this process may run on: proc_pid_status(5), a list such as `0-3,8`. */
function firstProcessor({ files }: Platform): string {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(readText(files, "/proc/self/status"))?.[1] ?? "0";
}

/** Copies out what the first half reads, and the logs. */
function keep(platform: Platform, { place }: VaryRequest): void {
  const places = varyPlaces(place);
  const { state, logs } = workspaceAt(platform, places.workdir, places.cache);
  const { files } = platform;
  if (files.status(`${places.cache}/store`) !== undefined)
    copyTree(files, `${places.cache}/store`, places.keptStore);
  if (files.status(logs) !== undefined) copyTree(files, logs, places.keptLogs);
  copyFile(files, state, places.keptState);
}
