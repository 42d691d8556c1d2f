/** Paths as text: `/` between names, nothing looked up on disk. Names are encoded as in `base/text.ts`. */

/** The parts as one path, without doubled slashes; empty parts are left out. `joinPath("/", "a")` is `/a`. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== "").join("/");
  return joined.replaceAll(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
}

/** The path of the folder that holds `path`: `/a` of `/a/b`, `/` of `/a` and of `/`, `.` of `a`. */
export function dirname(path: string): string {
  const at = path.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}

/** The last name: `b` of `/a/b`, empty of `/`. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * `path` relative to `base`, as plain text: `.` and `..` are resolved, links are not looked up. An absolute
 * `path` stays; `base` is absolute. `..` above the root is the root, as in the kernel.
 */
export function resolvePath(base: string, path: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith("/") ? path : `${base}/${path}`).split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** Whether `path` is `folder` or is below it; both absolute and resolved. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
