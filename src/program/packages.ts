/** npm packages on disk, with Node's rules, as far as the packages that we use need them. */
import { resolvePath } from "../base/path.ts";
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

type Exports = string | { readonly [condition: string]: Exports } | undefined;

/** The file that importing the package in `folder` loads. */
export function packageEntry(files: Files, folder: string): string {
  const { exports, main } = JSON.parse(readText(files, `${folder}/package.json`)) as {
    readonly exports?: Exports;
    readonly main?: string;
  };
  let target: Exports = typeof exports === "object" ? (exports["."] ?? exports) : (exports ?? main);
  while (typeof target === "object") target = target.import ?? target.default;
  return resolvePath(folder, target ?? "index.js");
}
