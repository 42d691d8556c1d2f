/**
 * Tools that judge what we write. If a developer's machine lacks some, their tests are skipped; in CI none
 * may be missing.
 *
 * @example
 * const available = requireTools("e2fsck", "debugfs");
 * test.skipIf(!available)("e2fsck finds no errors", () => { … });
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's folders for tools that are not on an ordinary user's PATH (e2fsck, sgdisk, fsck.fat). */
const ADMIN_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** True if every tool is found. If not, throws in CI (`CI` set and not empty), else returns false. */
export function requireTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => findTool(name) === undefined);
  return missing.length === 0 ? true : missingInCi(`tools ${missing.join(", ")}`);
}

/** Like {@link requireTools}, for files that are not programs, such as UEFI firmware. */
export function requireFiles(...paths: readonly string[]): boolean {
  const missing = paths.filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
  return missing.length === 0 ? true : missingInCi(`files ${missing.join(", ")}`);
}

/** The full path of a program, or undefined. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...ADMIN_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missingInCi(what: string): false {
  if (process.env.CI)
    throw new Error(`Cannot judge without ${what}: not found (hint: .ci/run installs them)`);
  return false;
}
