/**
 * Tools that judge what we write. A developer's machine may lack some, then those tests are skipped;
 * in CI none may be missing.
 *
 * @example
 * const available = requireTools("e2fsck", "debugfs");
 * test.skipIf(!available)("e2fsck finds nothing to say", () => { … });
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian keeps tools that an ordinary user's PATH leaves out (e2fsck, sgdisk, fsck.fat). */
const ADMIN_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** True when every tool is found; throws in CI (`CI` set and not empty) when one is not, else false. */
export function requireTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => findTool(name) === undefined);
  return missing.length === 0 ? true : missingInCi(`tools ${missing.join(", ")}`);
}

/** As {@link requireTools}, for files that are no programs, such as UEFI firmware. */
export function requireFiles(...paths: readonly string[]): boolean {
  const missing = paths.filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
  return missing.length === 0 ? true : missingInCi(`files ${missing.join(", ")}`);
}

/** The full path of a program, or `undefined`. */
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
