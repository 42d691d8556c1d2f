/**
 * `npm run lock`: adds the optional packages that npm left out of package-lock.json.
 *
 * Some packages have their native part in one optional package per platform. If the registry in use does not
 * have all of them, `npm install` writes a lock without them, which `npm ci` then refuses everywhere. Their
 * exact versions are in the package that needs them, and their platforms in their names. Only their integrity
 * is unknown, so the added entries have none.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prettyJson } from "../src/base/json.ts";
import { projectFolder } from "./project-files.ts";

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: { readonly [name: string]: string };
}

interface Lock {
  readonly packages: { readonly [path: string]: LockEntry };
}

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];

/** `@biomejs/cli-linux-x64-musl` → linux, x64, musl; undefined if the name does not end in a platform. */
function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } | undefined {
  const words = name.replace(/^.*\//, "").split("-");
  const at = words.findIndex((word) => SYSTEMS.includes(word));
  const [os, cpu] = [words[at], words[at + 1]];
  if (at < 0 || os === undefined || cpu === undefined) return undefined;
  const ending = words[at + 2];
  const libc = ending?.startsWith("musl") ? ["musl"] : ending?.startsWith("gnu") ? ["glibc"] : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc !== undefined ? { libc } : {}) };
}

/** The entries that the lock lacks, by path. */
function missingEntries(lock: Lock): { [path: string]: object } {
  const added: { [path: string]: object } = {};
  for (const { optionalDependencies = {}, dev } of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`;
      const platform = platformOf(name);
      const isExact = /^[0-9]+\.[0-9]+\.[0-9]+$/.test(version);
      if (path in lock.packages || platform === undefined || !isExact) continue;
      const { os, cpu, libc } = platform;
      // In npm's own order, so that its next run changes nothing.
      added[path] = { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os };
    }
  }
  return added;
}

const file = join(projectFolder, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
const added = missingEntries(lock);
const packages = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, prettyJson({ ...lock, packages: Object.fromEntries(packages) }));
console.log(`${Object.keys(added).length} optional packages added to package-lock.json`);
